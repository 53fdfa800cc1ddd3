import type { Span } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";
import { contextUnits } from "./recognizer.ts";
import type { TextMatch, TextMatcher, TextSearch } from "./text-search.ts";

/** A piece that is folded and matched at once is no longer: what is kept of a long text stays small. */
export const pieceUnits = 4096;

/** One text that arrives in pieces, searched for several things at once. */
export class ScannedText {
  readonly text: FoldedText;
  readonly #searches: readonly TextSearch[];
  readonly #matchers: readonly TextMatcher[];
  readonly #found: TextMatch[] = [];

  constructor(searches: readonly TextSearch[], fold: CharacterFold | undefined) {
    const text = new FoldedText(fold);
    this.text = text;
    this.#searches = searches;
    this.#matchers = searches.map((search) => search.newMatcher(text));
  }

  /** Steps of all matchers so far: what the time is proportional to. */
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
      this.text.take(piece.slice(from, from + pieceUnits));
      this.read(spans);
    }
  }

  /** Searches what has been added to the text. */
  read(spans: Span[]): void {
    let decided = this.text.length;
    for (let i = 0; i < this.#matchers.length; i++) {
      const matcher = this.#matchers[i] as TextMatcher; // i is within bounds
      matcher.feed(this.text, this.#found);
      decided = Math.min(decided, matcher.decided);
      if (this.#found.length > 0) this.#report(this.#searches[i] as TextSearch, spans); // one per matcher
    }
    this.text.forget(decided - contextUnits);
  }

  /** The text is complete: decides the rest. */
  finish(spans: Span[]): void {
    this.text.finish();
    this.read(spans);
    this.#matchers.forEach((matcher, i) => {
      matcher.finish(this.text, this.#found);
      this.#report(this.#searches[i] as TextSearch, spans); // one per matcher
    });
  }

  #report(search: TextSearch, spans: Span[]): void {
    const { text } = this;
    for (const match of this.#found) {
      const finding = search.finding(match, text);
      if (finding !== undefined) spans.push({ start: text.rawOffset(match.start), end: text.rawEnd(match.end - 1), ...finding });
    }
    this.#found.length = 0;
  }
}
