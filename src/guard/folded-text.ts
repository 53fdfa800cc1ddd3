import { type CharacterFold, notOne } from "./character-fold.ts";

/** The first unit, or the last, that a character of the text has become. */
export const beginsCharacter = 1;
export const endsCharacter = 2;

/** Unseen characters in a row that vanish; one more and each stands for itself, so that what is held stays bounded. */
const maxUnseen = 64;
const replacement = "\ufffd";

/**
 * A text that arrives in pieces as matchers see it: its characters folded, each with its place in the original. Only the end of it
 * is kept, from where {@link forget} says. Indexes count folded units from the text's start.
 */
export class FoldedText {
  /** Folded units, from index {@link base} on. */
  units = new Uint16Array(256);
  /** {@link beginsCharacter} and {@link endsCharacter} of each. */
  marks = new Uint8Array(256);
  base = 0;
  /** How many folded units there have been. */
  length = 0;
  /** The bytes of {@link units}, of which a text is cut out fastest. Little-endian, as is every processor that we are built for. */
  #bytes = Buffer.from(this.units.buffer);
  /** Where each unit's character begins in the original. UTF-16 code units. */
  #from = new Int32Array(256);
  /** How long the character is there. */
  #size = new Uint8Array(256);
  readonly #fold: CharacterFold | undefined;
  /** What most units become, without asking: as {@link CharacterFold.units}. */
  readonly #ones: Uint16Array;
  #rawLength = 0;
  /** The first half of a surrogate pair whose second has not come, else 0. */
  #half = 0;
  #halfFrom = 0;
  #halfSize = 0;
  #unseen = 0;

  /** Without a fold every unit stands for itself. */
  constructor(fold?: CharacterFold) {
    this.#fold = fold;
    this.#ones = fold === undefined ? unfolded() : fold.units;
  }

  /** Appends a piece of the original text. */
  take(text: string): void {
    while (this.units.length < this.length - this.base + text.length) this.#grow();
    for (let i = this.#takeOnes(text, 0); i < text.length; i = this.#takeOnes(text, i + 1)) {
      this.append(text.charCodeAt(i), this.#rawLength, 1);
    }
  }

  /** Appends the units from an index on that each become one. Returns the index of the first that does not, or that nobody has asked for. */
  #takeOnes(text: string, from: number): number {
    if (this.#half !== 0) return from;
    const { units, marks } = this;
    const ones = this.#ones;
    const froms = this.#from;
    const sizes = this.#size;
    const end = Math.min(text.length, from + units.length - (this.length - this.base));
    let at = this.length - this.base;
    let raw = this.#rawLength;
    let i = from;
    for (; i < end; i++) {
      const one = ones[text.charCodeAt(i)] as number; // there is one for every unit
      if (one === notOne) break;
      units[at] = one;
      marks[at] = beginsCharacter | endsCharacter;
      froms[at] = raw++;
      sizes[at++] = 1;
    }
    if (i > from) this.#unseen = 0;
    this.#rawLength = raw;
    this.length = at + this.base;
    return i;
  }

  /** Appends a unit that is written in the original from an offset on, with so many units, the last that have come. */
  append(unit: number, from: number, size: number): void {
    this.#rawLength = from + size;
    const folded = this.#half === 0 ? this.#one(unit) : -1;
    if (folded >= 0) {
      this.#unseen = 0;
      this.#push(folded, beginsCharacter | endsCharacter, from, size);
    } else this.#appendOther(unit, from, size);
  }

  /** The original has come to an offset, with nothing that is text. */
  skipTo(rawOffset: number): void {
    this.#rawLength = rawOffset;
  }

  /** The text is over: half of a pair that waits stands alone. */
  finish(): void {
    if (this.#half !== 0) this.#standAlone();
    this.#half = 0;
  }

  /** The original's offset up to which the text is decided when it is decided before an index. Never within a character. */
  rawOffset(index: number): number {
    if (index < this.length) return this.#from[index - this.base] as number; // it is kept
    return this.#half === 0 ? this.#rawLength : this.#halfFrom;
  }

  /** Where the original character of a unit ends. */
  rawEnd(index: number): number {
    return (this.#from[index - this.base] as number) + (this.#size[index - this.base] as number); // it is kept
  }

  /** The folded text between two indexes, as far as it is kept. */
  slice(from: number, to: number): string {
    return this.#bytes.toString("utf16le", Math.max(0, from - this.base) * 2, (to - this.base) * 2);
  }

  /** Nobody will ask for what is before an index any more. */
  forget(before: number): void {
    const gone = before - this.base;
    if (gone < this.units.length / 2) return;
    const kept = this.length - this.base;
    for (const array of [this.units, this.marks, this.#from, this.#size]) array.copyWithin(0, gone, kept);
    this.base = before;
  }

  /** What a unit becomes if that is one unit, else -1. */
  #one(unit: number): number {
    if (this.#fold !== undefined) return this.#fold.unit(unit);
    return (unit & 0xf800) === 0xd800 ? -1 : unit;
  }

  #appendOther(unit: number, from: number, size: number): void {
    const half = this.#half;
    this.#half = 0;
    if (half !== 0 && (unit & 0xfc00) === 0xdc00) this.#completePair(half, unit, from + size);
    else {
      if (half !== 0) this.#standAlone();
      if ((unit & 0xfc00) === 0xd800) this.#beginPair(unit, from, size);
      else if ((unit & 0xfc00) === 0xdc00) this.#write(replacement, from, size);
      else this.#write(this.#foldOf(unit), from, size);
    }
  }

  /** Half of a pair may become anything that is folded; unfolded it stands for itself, and what ends before it is decided. */
  #beginPair(unit: number, from: number, size: number): void {
    this.#half = unit;
    this.#halfFrom = from;
    this.#halfSize = size;
    if (this.#fold === undefined) this.#push(unit, beginsCharacter, from, size);
  }

  #completePair(half: number, unit: number, rawEnd: number): void {
    const size = rawEnd - this.#halfFrom;
    if (this.#fold === undefined) this.#push(unit, endsCharacter, this.#halfFrom, size);
    else this.#write(this.#fold.of(((half - 0xd800) << 10) + (unit - 0xdc00) + 0x10000), this.#halfFrom, size);
  }

  /** Half of a pair whose other half does not come is a character of its own. */
  #standAlone(): void {
    if (this.#fold !== undefined) this.#write(replacement, this.#halfFrom, this.#halfSize);
    else this.marks[this.length - 1 - this.base] = beginsCharacter | endsCharacter;
  }

  #foldOf(codePoint: number): string {
    return this.#fold === undefined ? String.fromCodePoint(codePoint) : this.#fold.of(codePoint);
  }

  /** Appends what a character has become. */
  #write(folded: string, from: number, size: number): void {
    if (folded === "") {
      if (++this.#unseen <= maxUnseen) return;
      this.#push(replacement.charCodeAt(0), beginsCharacter | endsCharacter, from, size);
      return;
    }
    this.#unseen = 0;
    for (let i = 0; i < folded.length; i++) {
      const marks = (i === 0 ? beginsCharacter : 0) | (i === folded.length - 1 ? endsCharacter : 0);
      this.#push(folded.charCodeAt(i), marks, from, size);
    }
  }

  #push(unit: number, marks: number, from: number, size: number): void {
    const at = this.length - this.base;
    if (at === this.units.length) this.#grow();
    this.units[at] = unit;
    this.marks[at] = marks;
    this.#from[at] = from;
    this.#size[at] = size;
    this.length++;
  }

  #grow(): void {
    const grown = <T extends Uint8Array | Uint16Array | Int32Array>(array: T, into: T): T => {
      into.set(array);
      return into;
    };
    const length = this.units.length * 2;
    this.units = grown(this.units, new Uint16Array(length));
    this.#bytes = Buffer.from(this.units.buffer);
    this.marks = grown(this.marks, new Uint8Array(length));
    this.#from = grown(this.#from, new Int32Array(length));
    this.#size = grown(this.#size, new Uint8Array(length));
  }
}

let itself: Uint16Array | undefined;

/** Every unit as itself, but for halves of pairs. */
function unfolded(): Uint16Array {
  itself ??= Uint16Array.from({ length: 0x10000 }, (_, unit) => ((unit & 0xf800) === 0xd800 ? notOne : unit));
  return itself;
}
