/** The longest text that is made for a pattern. UTF-16 code units. */
const maxLength = 4096;

class Unsupported extends Error {}

/**
 * A text that a simple regular expression (ECMA-262) matches: literals, classes, groups, alternatives (the first is taken), anchors
 * and quantifiers, which repeat `extra` times more than they must where they may. Undefined for anything else (look-around, back-references,
 * `\p`). The pattern is never compiled: it may be a client's.
 */
export function patternInstance(pattern: string, extra = 0): string | undefined {
  const reader = new PatternReader(pattern, extra);
  try {
    const text = reader.alternatives();
    return reader.atEnd && text.length <= maxLength ? text : undefined;
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

const escapes: Readonly<Record<string, string>> = {
  d: "0",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  n: "\n",
  t: "\t",
  r: "\r",
  b: "",
  B: "",
};

class PatternReader {
  readonly #pattern: string;
  readonly #extra: number;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, extra: number) {
    this.#pattern = pattern;
    this.#extra = extra;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** Alternatives up to a closing parenthesis or the end; gives the first. */
  alternatives(): string {
    if (++this.#depth > 50) throw new Unsupported();
    const first = this.#sequence();
    while (this.#take("|")) this.#sequence();
    this.#depth--;
    return first;
  }

  #sequence(): string {
    let text = "";
    while (!this.atEnd && this.#peek() !== "|" && this.#peek() !== ")") {
      text += this.#quantified(this.#atom());
      if (text.length > maxLength) throw new Unsupported();
    }
    return text;
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return character;
  }

  #atom(): string {
    const character = this.#next();
    switch (character) {
      case "^":
      case "$":
        return "";
      case ".":
        return "a";
      case "\\":
        return this.#escape();
      case "[":
        return this.#characterClass();
      case "(":
        return this.#group();
      case "*":
      case "+":
      case "?":
        throw new Unsupported();
      default:
        return character;
    }
  }

  #escape(): string {
    if (this.atEnd) throw new Unsupported();
    const character = this.#next();
    if (/[1-9cpPkux]/.test(character)) throw new Unsupported();
    return escapes[character] ?? character;
  }

  #group(): string {
    if (this.#take("?")) {
      if (this.#take("<")) {
        if (this.#peek() === "=" || this.#peek() === "!") throw new Unsupported();
        while (!this.atEnd && !this.#take(">")) this.#at++;
      } else if (!this.#take(":")) throw new Unsupported();
    }
    const text = this.alternatives();
    if (!this.#take(")")) throw new Unsupported();
    return text;
  }

  /** The first character of a class; for a negated one, some character that it does not name. */
  #characterClass(): string {
    const negated = this.#take("^");
    const start = this.#at;
    let first: string | undefined;
    while (!this.#take("]")) {
      if (this.atEnd) throw new Unsupported();
      const character = this.#next();
      const member = character === "\\" ? this.#escape() : character;
      first ??= member;
    }
    if (!negated) {
      if (first === undefined) throw new Unsupported();
      return first;
    }
    const named = this.#pattern.slice(start, this.#at);
    const free = [..."~!#%_-"].find((candidate) => !named.includes(candidate));
    if (free === undefined || /\\[DWS]/.test(named)) throw new Unsupported();
    return free;
  }

  #quantified(atom: string): string {
    let least = 1;
    let most = 1;
    if (this.#take("*")) [least, most] = [0, Number.POSITIVE_INFINITY];
    else if (this.#take("+")) [least, most] = [1, Number.POSITIVE_INFINITY];
    else if (this.#take("?")) [least, most] = [0, 1];
    else {
      const braces = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 32));
      if (braces === null) return atom;
      this.#at += braces[0].length;
      least = Number(braces[1]);
      most = braces[2] === undefined ? least : braces[3] === "" ? Number.POSITIVE_INFINITY : Number(braces[3]);
    }
    this.#take("?"); // lazy: the same texts
    const times = Math.min(most, least + this.#extra);
    if (times * atom.length > maxLength) throw new Unsupported();
    return atom.repeat(times);
  }
}
