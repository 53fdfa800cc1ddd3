/** Hands out text until a number of characters is spent; after that nothing. */
export class FoldBudget {
  #left: number;
  /** Whether text was refused. */
  spent = false;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** The part of a text that still fits. */
  take(text: string): string {
    if (text.length <= this.#left) {
      this.#left -= text.length;
      return text;
    }
    this.spent = true;
    const part = text.slice(0, this.#left);
    this.#left = 0;
    return part;
  }
}
