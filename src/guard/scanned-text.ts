import type { Span } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import type { EntitySet } from "./entity-set.ts";
import { FoldedText } from "./folded-text.ts";
import { type PatternMatch, PatternMatcher } from "./pattern-matcher.ts";
import { contextUnits } from "./recognizer.ts";

/** A piece that is folded and matched at once is no longer: what is kept of a long text stays small. */
export const pieceUnits = 4096;

/** One text that arrives in pieces, searched for the entities of several sets. */
export class ScannedText {
  readonly text: FoldedText;
  readonly #sets: readonly EntitySet[];
  readonly #matchers: readonly PatternMatcher[];
  readonly #found: PatternMatch[] = [];

  constructor(sets: readonly EntitySet[], fold: CharacterFold | undefined) {
    const text = new FoldedText(fold);
    this.text = text;
    this.#sets = sets;
    this.#matchers = sets.map((set) => {
      return new PatternMatcher(set.automaton, (pattern, start, end) => set.confirms(pattern, text, start, end));
    });
  }

  /** Steps of all threads so far. */
  get steps(): number {
    return this.#matchers.reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Offset in the original text up to which nothing can change. UTF-16 code units. */
  get safeTo(): number {
    let decided = this.text.length;
    for (const matcher of this.#matchers) decided = Math.min(decided, matcher.decided);
    return this.text.rawOffset(decided);
  }

  /** Takes the next piece; what is decided by it goes into `spans`. */
  feed(piece: string, spans: Span[]): void {
    for (let from = 0; from < piece.length; from += pieceUnits) {
      this.text.take(piece.length <= pieceUnits ? piece : piece.slice(from, from + pieceUnits));
      this.read(spans);
    }
  }

  /** Searches what has been added to the text. */
  read(spans: Span[]): void {
    let decided = this.text.length;
    for (let i = 0; i < this.#matchers.length; i++) {
      const matcher = this.#matchers[i] as PatternMatcher; // i is within bounds
      matcher.feed(this.text, this.#found);
      decided = Math.min(decided, matcher.decided);
      if (this.#found.length > 0) this.#report(this.#sets[i] as EntitySet, spans); // one per matcher
    }
    this.text.forget(decided - contextUnits);
  }

  /** The text is complete: decides the rest. */
  finish(spans: Span[]): void {
    this.text.finish();
    this.read(spans);
    this.#matchers.forEach((matcher, i) => {
      matcher.finish(this.text, this.#found);
      this.#report(this.#sets[i] as EntitySet, spans); // one per matcher
    });
  }

  #report(set: EntitySet, spans: Span[]): void {
    const { text } = this;
    for (const { pattern, start, end } of this.#found) {
      const rule = set.ruleOf(pattern, text, start, end);
      if (rule === undefined) continue;
      const { recognizer, action, replace } = rule;
      const found = { start: text.rawOffset(start), end: text.rawEnd(end - 1), entity: recognizer.entity, action };
      spans.push({ ...found, replacement: replace === undefined ? `[${recognizer.entity}]` : replace(text.slice(start, end)) });
    }
    this.#found.length = 0;
  }
}
