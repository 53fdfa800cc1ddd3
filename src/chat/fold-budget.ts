/** Hands out text until a number of characters is spent; after that nothing. */
export class FoldBudget {
  #left: number;
  /** Whether text was refused. */
  spent = false;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** The part of a text that still fits. Never ends between the two halves of a surrogate pair. */
  take(text: string): string {
    if (text.length <= this.#left) {
      this.#left -= text.length;
      return text;
    }
    this.spent = true;
    const fits = this.#left > 0 && isHighSurrogate(text.charCodeAt(this.#left - 1)) ? this.#left - 1 : this.#left;
    this.#left = 0;
    return text.slice(0, fits);
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
