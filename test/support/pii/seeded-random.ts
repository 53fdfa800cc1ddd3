/** The same choices for the same seed (xorshift32). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1 || 1;
    for (let i = 0; i < 8; i++) this.below(2);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** So many characters of an alphabet. */
  of(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join("");
  }

  digits(length: number): string {
    return this.of("0123456789", length);
  }

  hex(length: number): string {
    return this.of("0123456789abcdef", length);
  }

  /** Fills a template: `#` is a digit, `%` one from 1 to 9, `?` a capital, `^` a hexadecimal digit, `*` a letter or digit. */
  fill(template: string): string {
    return template.replace(/[#%?^*]/g, (mark) => {
      switch (mark) {
        case "#":
          return this.digits(1);
        case "%":
          return this.of("123456789", 1);
        case "?":
          return this.of(capitals, 1);
        case "^":
          return this.hex(1);
        default:
          return this.of(alphanumeric, 1);
      }
    });
  }
}

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const alphanumeric = `0123456789abcdefghijklmnopqrstuvwxyz${capitals}`;
export const base64 = `${alphanumeric}+/`;
export const base64url = `${alphanumeric}-_`;
