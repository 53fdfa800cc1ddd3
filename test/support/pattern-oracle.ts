import { contextUnits, type Recognizer, type RecognizerPattern } from "../../src/guard/recognizer.ts";
import { spellOutCase } from "./spell-out-case.ts";

/** A span that a recognizer finds in a text. UTF-16 code units of the text. */
export interface OracleMatch {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/**
 * What recognizers find in a whole text, as JavaScript's own regular expressions see it: at each start every end that a pattern
 * matches at counts if its candidate reaches the threshold, the longest wins, of equals that of the first pattern; the
 * leftmost first, none overlapping another. The text is taken as folded.
 */
export function oracleMatches(recognizers: readonly Recognizer[], text: string, threshold = 0.5): OracleMatch[] {
  const searches = recognizers.flatMap((recognizer) =>
    recognizer.patterns.map((pattern) => new PatternSearch(recognizer, pattern)),
  );
  const matches: OracleMatch[] = [];
  const pending = searches.map((search) => ({ search, start: search.nextStart(text, 0) }));
  for (let at = 0; ; ) {
    for (const entry of pending) if (entry.start < at) entry.start = entry.search.nextStart(text, at);
    const start = Math.min(...pending.map((entry) => entry.start));
    if (start === Number.POSITIVE_INFINITY) return matches;
    let best: OracleMatch | undefined;
    for (const { search, start: first } of pending) {
      if (first !== start) continue;
      const match = search.matchAt(text, start, threshold);
      if (match !== undefined && (best === undefined || match.end > best.end)) best = match;
    }
    if (best !== undefined) matches.push(best);
    at = best?.end ?? start + 1;
  }
}

class PatternSearch {
  readonly #recognizer: Recognizer;
  readonly #pattern: RecognizerPattern;
  readonly #source: string;
  readonly #anywhere: RegExp;
  /** The pattern with the ends that it may not have, by those ends. */
  readonly #withoutEnds = new Map<string, RegExp>();

  constructor(recognizer: Recognizer, pattern: RecognizerPattern) {
    this.#recognizer = recognizer;
    this.#pattern = pattern;
    this.#source = spellOutCase(pattern.pattern);
    this.#anywhere = new RegExp(this.#source, "g");
  }

  /** The first place from `from` on at which the pattern matches, or infinity. */
  nextStart(text: string, from: number): number {
    this.#anywhere.lastIndex = from;
    const start = this.#anywhere.exec(text)?.index;
    return start ?? Number.POSITIVE_INFINITY;
  }

  /** The longest match at `start` that reaches the threshold. */
  matchAt(text: string, start: number, threshold: number): OracleMatch | undefined {
    const before = text.slice(Math.max(0, start - contextUnits), start);
    for (const end of this.#endsAt(text, start)) {
      const score = this.#scoreOf(text.slice(start, end), before);
      if (score >= threshold) return { entity: this.#recognizer.entity, start, end, score };
    }
    return undefined;
  }

  #scoreOf(text: string, before: string): number {
    const { score, scoreInContext = score, check } = this.#pattern;
    const verdict = check?.({ text, before });
    if (verdict !== undefined) return verdict ? 1 : 0;
    return this.#recognizer.inContext?.(before) ? scoreInContext : score;
  }

  /** Every end of a match at `start`, the farthest first: each is found by forbidding those that were found. */
  #endsAt(text: string, start: number): number[] {
    const from = Math.max(0, start - 1); // assertions see one symbol to the left
    const rest = text.slice(from);
    const lengths: number[] = [];
    for (;;) {
      const search = this.#searchWithout(lengths, start - from);
      search.lastIndex = start - from;
      const found = search.exec(rest);
      if (found === null) break;
      lengths.push(found[0].length);
    }
    const { maxSpan = Number.POSITIVE_INFINITY } = this.#pattern;
    return lengths
      .filter((length) => length > 0 && length <= maxSpan)
      .sort((a, b) => b - a)
      .map((length) => start + length);
  }

  #searchWithout(lengths: readonly number[], offset: number): RegExp {
    const ends = lengths.map((length) => length + offset);
    const key = ends.join();
    let search = this.#withoutEnds.get(key);
    if (search === undefined) {
      const forbidden = ends.length === 0 ? "" : `(?<!^(?:${ends.map((end) => `[\\s\\S]{${end}}`).join("|")}))`;
      search = new RegExp(`(?:${this.#source})${forbidden}`, "y");
      this.#withoutEnds.set(key, search);
    }
    return search;
  }
}
