import { beginsCharacter, endsCharacter, type FoldedText } from "./folded-text.ts";
import { type LiteralAutomaton, rootNode } from "./literal-automaton.ts";
import type { TextMatch, TextMatcher } from "./text-search.ts";

/**
 * Finds literals in one text that arrives in pieces: at each place the longest, from left to right, none overlapping another; what
 * it finds does not depend on the pieces. A match is reported as soon as no longer literal can begin where it begins, and
 * {@link decided} is as far as any correct matcher can say so. Memory: O(longest literal); time: a constant per unit and per
 * literal that ends there.
 */
export class LiteralMatcher implements TextMatcher {
  decided = 0;
  readonly #automaton: LiteralAutomaton;
  /** Per start that is undecided, the longest literal found there; a ring, by index. */
  readonly #found: Int32Array;
  readonly #mask: number;
  #node = rootNode;
  /** Where literals end that are none when the next unit goes on with their last word; the root for none. */
  #ended = rootNode;
  #length = 0;

  constructor(automaton: LiteralAutomaton) {
    this.#automaton = automaton;
    const slots = 2 ** Math.ceil(Math.log2(automaton.longest + 2));
    this.#found = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  get steps(): number {
    return this.#length;
  }

  feed(text: FoldedText, out: TextMatch[]): void {
    const automaton = this.#automaton;
    const { units, base, length } = text;
    for (let at = this.#length; at < length; at++) {
      const unit = units[at - base] as number; // it is kept
      if (this.#ended !== rootNode) this.#settle(text, automaton.isWord(unit));
      const node = automaton.step(this.#node, unit);
      this.#length = at + 1;
      if (node === rootNode && this.#node === rootNode && this.decided === at) {
        this.decided = at + 1;
        continue;
      }
      if (automaton.literalAt(node) !== rootNode) this.#end(text, node, unit);
      this.#node = this.#growing(text, node);
      this.#decide(text, out);
    }
  }

  finish(text: FoldedText, out: TextMatch[]): void {
    this.#settle(text, false);
    this.#node = rootNode;
    this.#decide(text, out);
  }

  /** Takes down the literals that end with a unit, or, where the next one counts, that they do. */
  #end(text: FoldedText, node: number, unit: number): void {
    this.#ended = node;
    if (!this.#automaton.isWord(unit)) this.#settle(text, false);
  }

  /** Takes down the literals that have ended, unless the text goes on with their last word. */
  #settle(text: FoldedText, goesOn: boolean): void {
    const automaton = this.#automaton;
    const whole = this.#ended !== rootNode && ((text.marks[this.#length - 1 - text.base] as number) & endsCharacter) !== 0;
    let literal = whole && !goesOn ? automaton.literalAt(this.#ended) : rootNode;
    for (; literal !== rootNode; literal = automaton.shorterLiteral(literal)) {
      const length = automaton.depth(literal);
      if (this.#begins(text, this.#length - length)) this.#found[(this.#length - length) & this.#mask] = length;
    }
    this.#ended = rootNode;
  }

  /** Whether a literal may begin at an index: at the beginning of a character, and of a word, if it begins with one. */
  #begins(text: FoldedText, start: number): boolean {
    const at = start - text.base;
    if (start < this.decided || ((text.marks[at] as number) & beginsCharacter) === 0) return false; // it is kept
    const { units } = text;
    return start === 0 || !this.#automaton.isWord(units[at] as number) || !this.#automaton.isWord(units[at - 1] as number);
  }

  /** The longest prefix of a literal that the text ends with, that may begin where it does, and that can still grow. */
  #growing(text: FoldedText, node: number): number {
    const automaton = this.#automaton;
    let at = node;
    while (at !== rootNode && !(automaton.grows(at) && this.#begins(text, this.#length - automaton.depth(at))))
      at = automaton.shorter(at);
    return at;
  }

  /** The first place at which a literal begins that waits for the next unit; the text's end for none. */
  #waiting(text: FoldedText): number {
    const automaton = this.#automaton;
    for (let literal = automaton.literalAt(this.#ended); literal !== rootNode; literal = automaton.shorterLiteral(literal)) {
      const start = this.#length - automaton.depth(literal);
      if (this.#begins(text, start)) return start;
    }
    return this.#length;
  }

  /** Decides every start before the first one at which a longer literal may still come. */
  #decide(text: FoldedText, out: TextMatch[]): void {
    const automaton = this.#automaton;
    let until = Math.min(this.#length - automaton.depth(this.#node), this.#waiting(text));
    while (this.decided < until) {
      const start = this.decided;
      const length = this.#found[start & this.#mask] as number; // a ring
      if (length === 0) {
        this.decided++;
        continue;
      }
      const end = start + length;
      for (let covered = start; covered < end; covered++) this.#found[covered & this.#mask] = 0;
      this.decided = end;
      out.push({ pattern: 0, start, end });
      this.#node = this.#growing(text, this.#node);
      until = Math.min(this.#length - automaton.depth(this.#node), this.#waiting(text));
    }
  }
}
