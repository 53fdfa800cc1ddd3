const [letter, digit, other] = [1, 2, 0];
/** Per ASCII unit, what it is. */
const asciiKinds = Uint8Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (/[A-Za-z]/.test(character)) return letter;
  return /\d/.test(character) ? digit : other;
});

/** The words of a text from its last one on, cut off as they are asked for: letters with their marks, or decimal digits. */
export class WordsFromEnd {
  readonly #text: string;
  readonly #words: string[] = [];
  readonly #ends: number[] = [];
  #rest: number;

  constructor(text: string) {
    this.#text = text;
    this.#rest = text.length;
  }

  /** The word that so many others follow, or undefined when there are not as many. */
  at(index: number): string | undefined {
    while (this.#words.length <= index) if (!this.#cutOff()) return undefined;
    return this.#words[index];
  }

  /** What follows a word that has been asked for. */
  behind(index: number): string {
    return this.#text.slice(this.#ends[index]);
  }

  #cutOff(): boolean {
    const text = this.#text;
    for (let end = this.#rest; end > 0; end--) {
      const kind = kindBefore(text, end);
      if (kind === other) continue;
      let start = end;
      while (start > 0 && kindBefore(text, start) === kind) start--;
      const word = text.slice(start, end).replace(/^\p{M}+/u, "");
      this.#rest = start;
      if (word === "") return this.#cutOff();
      this.#words.push(word);
      this.#ends.push(end);
      return true;
    }
    this.#rest = 0;
    return false;
  }
}

function kindBefore(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1);
  if (unit < 128) return asciiKinds[unit] as number; // there is one per ASCII unit
  if ((unit & 0xf800) !== 0xd800) return /[\p{L}\p{M}]/u.test(text.charAt(end - 1)) ? letter : other;
  const first = (unit & 0xfc00) === 0xdc00 ? end - 2 : end - 1;
  return /^[\p{L}\p{M}]/u.test(text.slice(Math.max(0, first), first + 2)) ? letter : other;
}
