import { beginsCharacter, endsCharacter, type FoldedText } from "./folded-text.ts";
import { type LiteralAutomaton, rootNode } from "./literal-automaton.ts";
import type { TextMatch, TextMatcher } from "./text-search.ts";

/**
 * Finds literals in one text that arrives in pieces: at each place the longest, from left to right, none overlapping another; what
 * it finds does not depend on the pieces. A match is reported as soon as no longer literal can begin where it begins, and
 * {@link decided} is as far as a correct matcher can say so. Memory: O(longest literal); time: a constant per unit and per
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
      if (this.#node === rootNode && this.decided === at && this.#ended === rootNode) {
        at = this.#skip(text, at);
        this.decided = this.#length = at;
        if (at === length) return;
      }
      const unit = units[at - base] as number; // it is kept
      if (this.#ended !== rootNode) this.#settle(text, automaton.words[unit] === 1);
      const node = automaton.step(this.#node, unit);
      this.#length = at + 1;
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

  /** With nothing open, the next index at which a literal may begin; the text's end for none. */
  #skip(text: FoldedText, from: number): number {
    const { first, words } = this.#automaton;
    const { units, marks, base } = text;
    const end = text.length - base;
    let at = from - base;
    let afterWord = from > 0 && words[units[at - 1] as number] === 1; // it is kept
    for (; at < end; at++) {
      const unit = units[at] as number; // within what is kept
      const isWord = words[unit] === 1;
      if (first[unit] !== rootNode && !(isWord && afterWord) && ((marks[at] as number) & beginsCharacter) !== 0) break;
      afterWord = isWord;
    }
    return at + base;
  }

  /** Takes down the literals that end with a unit, or, where the next one counts, that they do. */
  #end(text: FoldedText, node: number, unit: number): void {
    this.#ended = node;
    if (this.#automaton.words[unit] !== 1) this.#settle(text, false);
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
    const { words } = this.#automaton;
    return start === 0 || words[units[at] as number] !== 1 || words[units[at - 1] as number] !== 1;
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
