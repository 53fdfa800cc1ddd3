import { type Candidate, contextUnits, type Recognizer, type RecognizerPattern } from "../../src/guard/recognizer.ts";
import { withLineBreaks } from "../../src/guard/written-out-space.ts";
import { spellOutCase } from "./spell-out-case.ts";

/** A span that a recognizer finds in a text. UTF-16 code units of the text. */
export interface OracleMatch {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What recognizers find in a whole text, as JavaScript's own regular expressions see it: at each start every end that a pattern
 * matches at counts if its candidate reaches the threshold, the longest wins, of equals that of the first pattern; the leftmost first,
 * none overlapping another. The text is taken as folded.
 */
export function patternOracle(recognizers: readonly Recognizer[], threshold = 0.5): (text: string) => OracleMatch[] {
  const searches = recognizers.flatMap((recognizer) =>
    recognizer.patterns.map((pattern) => new PatternSearch(recognizer, pattern)),
  );
  return (text) => {
    const matches: OracleMatch[] = [];
    const starts = searches.map((search) => search.nextStart(text, 0));
    for (let at = 0; ; ) {
      searches.forEach((search, i) => {
        if ((starts[i] ?? 0) < at) starts[i] = search.nextStart(text, at);
      });
      const start = Math.min(...starts);
      if (start === Number.POSITIVE_INFINITY) return matches;
      let best: OracleMatch | undefined;
      searches.forEach((search, i) => {
        const match = starts[i] === start ? search.matchAt(text, start, threshold) : undefined;
        if (match !== undefined && (best === undefined || match.end > best.end)) best = match;
      });
      if (best !== undefined) matches.push(best);
      at = best?.end ?? start + 1;
    }
  };
}

/** The confidence in a candidate. */
export function scoreOf(recognizer: Recognizer, pattern: RecognizerPattern, candidate: Candidate): number {
  const { score, scoreInContext = score, check } = pattern;
  const verdict = check?.(candidate);
  if (verdict !== undefined) return verdict ? 1 : 0;
  return recognizer.inContext?.(candidate.before) ? scoreInContext : score;
}

class PatternSearch {
  readonly #recognizer: Recognizer;
  readonly #pattern: RecognizerPattern;
  readonly #source: string;
  readonly #anywhere: RegExp;
  /** The pattern with bounds on where it ends, by those bounds. */
  readonly #bounded = new Map<string, RegExp>();

  constructor(recognizer: Recognizer, pattern: RecognizerPattern) {
    this.#recognizer = recognizer;
    this.#pattern = pattern;
    this.#source = spellOutCase(pattern.pattern);
    this.#anywhere = new RegExp(this.#source, "g");
  }

  /** The first place from `from` on at which the pattern may match, or infinity. */
  nextStart(text: string, from: number): number {
    this.#anywhere.lastIndex = from;
    const found = this.#anywhere.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    const writtenOut = /(?<=\\[nrt])[\s\S]/g;
    writtenOut.lastIndex = from;
    return Math.min(found, writtenOut.exec(text)?.index ?? Number.POSITIVE_INFINITY);
  }

  /** The longest match at `start` that reaches the threshold. */
  matchAt(text: string, start: number, threshold: number): OracleMatch | undefined {
    const { maxSpan = Number.POSITIVE_INFINITY } = this.#pattern;
    const before = withLineBreaks(text.slice(Math.max(0, start - contextUnits), start));
    for (let length = this.#longestUpTo(maxSpan, text, start); length > 0; length = this.#longestUpTo(length - 1, text, start)) {
      const end = start + length;
      if (scoreOf(this.#recognizer, this.#pattern, { text: text.slice(start, end), before }) >= threshold)
        return { entity: this.#recognizer.entity, start, end };
    }
    return undefined;
  }

  /** The length of the longest match at `start` that is no longer than `most`, or 0: of any match, a longer one is asked for. */
  #longestUpTo(most: number, text: string, start: number): number {
    const from = Math.max(0, start - 1); // assertions see one symbol to the left
    const rest = (/\\[nrt]$/.test(text.slice(0, start)) ? "\n" : text.slice(from, start)) + text.slice(start);
    let longest = 0;
    while (longest < most) {
      const search = this.#searchEndingIn(start - from + longest + 1, start - from + most);
      search.lastIndex = start - from;
      const found = search.exec(rest);
      if (found === null) break;
      longest = found[0].length;
    }
    return longest;
  }

  #searchEndingIn(first: number, last: number): RegExp {
    const key = `${first},${last === Number.POSITIVE_INFINITY ? "" : last}`;
    let search = this.#bounded.get(key);
    if (search === undefined) {
      search = new RegExp(`(?:${this.#source})(?<=^[\\s\\S]{${key}})`, "y");
      this.#bounded.set(key, search);
    }
    return search;
  }
}
