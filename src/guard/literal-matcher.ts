import { type LiteralAutomaton, rootNode } from "./literal-automaton.ts";

/** A literal found in a text: its units `start` to `end` (exclusive). */
export interface LiteralMatch {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds literals in one text that arrives in pieces: at each place the longest, from left to right, none overlapping another; what
 * it finds does not depend on the pieces. A match is reported as soon as no longer literal can begin where it begins, and
 * {@link safeTo} is as far as any correct matcher can say so. Memory: O(longest literal); time: a constant per unit and per
 * literal that ends there.
 */
export class LiteralMatcher {
  readonly #automaton: LiteralAutomaton;
  /** Per start that is undecided, the longest literal found there; a ring, indexed by offset. */
  readonly #found: Int32Array;
  readonly #mask: number;
  #node = rootNode;
  /** Everything before it is decided. */
  #decided = 0;
  #length = 0;
  #endsInHighSurrogate = false;

  constructor(automaton: LiteralAutomaton) {
    this.#automaton = automaton;
    const slots = 2 ** Math.ceil(Math.log2(automaton.longest + 1));
    this.#found = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  /** Up to where no further text can change what is found. Never within a surrogate pair. UTF-16 code units. */
  get safeTo(): number {
    return this.#endsInHighSurrogate && this.#decided === this.#length ? this.#length - 1 : this.#decided;
  }

  /** Takes the next piece; what is decided by it goes into `out`. */
  feed(text: string, out: LiteralMatch[]): void {
    const automaton = this.#automaton;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      this.#length++;
      const node = automaton.step(this.#node, unit);
      if (node === rootNode && this.#node === rootNode) {
        this.#decided = this.#length;
        continue;
      }
      for (let literal = automaton.literalAt(node); literal !== rootNode; literal = automaton.shorterLiteral(literal)) {
        const length = automaton.depth(literal);
        this.#found[(this.#length - length) & this.#mask] = length;
      }
      this.#node = automaton.growing(node, this.#length - this.#decided);
      this.#decide(out);
    }
    if (text.length > 0) this.#endsInHighSurrogate = (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
  }

  /** The text is complete: decides the rest. */
  finish(out: LiteralMatch[]): void {
    this.#node = rootNode;
    this.#endsInHighSurrogate = false;
    this.#decide(out);
  }

  /** Decides every start before the first one at which a longer literal may still come. */
  #decide(out: LiteralMatch[]): void {
    const automaton = this.#automaton;
    while (this.#decided < this.#length - automaton.depth(this.#node)) {
      const start = this.#decided;
      const length = this.#found[start & this.#mask] ?? 0;
      if (length === 0) {
        this.#decided++;
        continue;
      }
      const end = start + length;
      out.push({ start, end });
      for (let covered = start; covered < end; covered++) this.#found[covered & this.#mask] = 0;
      this.#decided = end;
      this.#node = automaton.growing(this.#node, this.#length - end);
    }
  }
}
