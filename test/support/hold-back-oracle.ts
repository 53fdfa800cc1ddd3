import { contextUnits, type Recognizer } from "../../src/guard/recognizer.ts";
import { scoreOf } from "./pattern-oracle.ts";
import { spellOutCase } from "./spell-out-case.ts";

/** A match that is certain, or one that may still come. */
interface Match {
  readonly pattern: number;
  readonly end: number;
}

/**
 * The least that a guard over recognizers has to hold of a text that arrives character by character, by JavaScript's own regular
 * expressions: a place is open while some text that follows makes a pattern match there, longer than what is certain to match there.
 * Whether a candidate passes its check nobody knows before it is whole. The text is taken as folded, and as shorter than any `maxSpan`.
 */
export class HoldBackOracle {
  readonly #patterns: readonly PartialPattern[];

  constructor(recognizers: readonly Recognizer[]) {
    const all = recognizers.flatMap((recognizer) => recognizer.patterns.map((pattern) => ({ recognizer, pattern })));
    this.#patterns = all.map(({ recognizer, pattern }) => {
      const accepts = (text: string, before: string) => scoreOf(recognizer, pattern, { text, before }) >= 0.5;
      return new PartialPattern(pattern.pattern, pattern.maxSpan ?? Number.POSITIVE_INFINITY, accepts);
    });
  }

  /** Characters held after each character of a text. UTF-16 code units. */
  held(text: string): number[] {
    let at = 0;
    let live = this.#patterns.map((_, i) => i);
    return Array.from({ length: text.length }, (_, i) => {
      const known = text.slice(0, i + 1);
      while (at < known.length) {
        live = live.filter((pattern) => this.#patterns[pattern]?.mayMatch(known, at));
        const best = this.#best(live, known, at);
        if (live.some((pattern) => this.#patterns[pattern]?.isOpen(known, at, best?.end ?? 0, pattern < (best?.pattern ?? 0))))
          break;
        at = best?.end ?? at + 1;
        live = this.#patterns.map((_, pattern) => pattern);
      }
      return known.length - at;
    });
  }

  /** The longest match at a place that is certain, of equals that of the first pattern. */
  #best(live: readonly number[], known: string, at: number): Match | undefined {
    let best: Match | undefined;
    for (const pattern of live) {
      const end = this.#patterns[pattern]?.certainEnd(known, at) ?? 0;
      if (end > (best?.end ?? 0)) best = { pattern, end };
    }
    return best;
  }
}

/** A pattern as regular expressions that know what has come of a text and nothing else. */
class PartialPattern {
  readonly #maxSpan: number;
  readonly #accepts: (text: string, before: string) => boolean;
  /** The pattern but for what it looks ahead to, up to the end of what has come. */
  readonly #whole: RegExp;
  /** The same, or the beginning of it. */
  readonly #begun: RegExp;
  /** What it looks ahead to, if that can still come. */
  readonly #possible: RegExp;
  /** The same, if it has come. */
  readonly #certain: RegExp;

  constructor(source: string, maxSpan: number, accepts: (text: string, before: string) => boolean) {
    const tokens = tokensOf(spellOutCase(source));
    const tail = startOfTail(tokens);
    const [core, ahead] = [tokens.slice(0, tail), tokens.slice(tail)];
    if (core.some((token) => token === "(?=" || token === "(?!")) throw new Error(`${source} looks ahead before its end`);
    this.#maxSpan = maxSpan;
    this.#accepts = accepts;
    this.#whole = new RegExp(`(?:${core.join("")})$`, "y");
    this.#begun = new RegExp(`(?:${partial(core)})$`, "y");
    this.#possible = new RegExp(partial(ahead), "y");
    this.#certain = new RegExp(certain(ahead), "y");
  }

  /** Whether any match at a place has come or may come. */
  mayMatch(known: string, at: number): boolean {
    return matchesAt(this.#begun, known, at) || this.#ends(known, at).some((end) => matchesAt(this.#possible, known, end));
  }

  /** Where the longest match ends at a place that is certain and passes its check; undefined for none. */
  certainEnd(known: string, at: number): number | undefined {
    const before = known.slice(Math.max(0, at - contextUnits), at);
    return this.#ends(known, at).findLast(
      (end) => matchesAt(this.#certain, known, end) && this.#accepts(known.slice(at, end), before),
    );
  }

  /** Whether a match may still come at a place that ends after an index, or, if `orAt` says so, there. */
  isOpen(known: string, at: number, after: number, orAt: boolean): boolean {
    const least = orAt ? after : after + 1;
    if (known.length - at < this.#maxSpan && matchesAt(this.#begun, known, at) && this.#goesOn(known, at)) return true;
    return this.#ends(known, at).some(
      (end) => end >= least && matchesAt(this.#possible, known, end) && !matchesAt(this.#certain, known, end),
    );
  }

  /** Whether the pattern, but for what it looks ahead to, can match more than has come. */
  #goesOn(known: string, at: number): boolean {
    return !matchesAt(this.#whole, known, at) || samples.some((sample) => matchesAt(this.#begun, known + sample, at));
  }

  /** Where the pattern, but for what it looks ahead to, may end. */
  #ends(known: string, at: number): number[] {
    const most = Math.min(known.length - at, this.#maxSpan);
    const ends = Array.from({ length: most }, (_, i) => at + i + 1);
    return ends.filter((end) => matchesAt(this.#whole, known.slice(0, end), at));
  }
}

/** One character of every kind that patterns tell apart. */
const samples = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
  "\n",
  "\t",
  "é",
  "я",
  "年",
  "月",
  "日",
  "😀",
];

function matchesAt(expression: RegExp, text: string, at: number): boolean {
  expression.lastIndex = at;
  return expression.test(text);
}

function tokensOf(source: string): string[] {
  return (
    source.match(
      /\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[\s\S]|\[\^?(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:<?[=!]|:)|\{\d+(?:,\d*)?\}|[\s\S]/g,
    ) ?? []
  );
}

/** Where the groups begin that look ahead at a pattern's end. */
function startOfTail(tokens: readonly string[]): number {
  let depth = 0;
  let tail = tokens.length;
  tokens.forEach((token, i) => {
    if (depth === 0 && token === "|") tail = tokens.length + 1;
    if (depth === 0 && (token === "(?=" || token === "(?!")) tail = Math.min(tail, i);
    else if (depth === 0 && token !== ")" && tail < i) tail = tokens.length;
    if (token.startsWith("(")) depth++;
    else if (token === ")") depth--;
  });
  return tail;
}

/** What matches a text that a pattern matches, or that some text makes one: at the end everything may still come. */
function partial(tokens: readonly string[]): string {
  let left = "";
  let looksBack = 0;
  for (const token of tokens) {
    if (looksBack > 0 || token === "(?<=" || token === "(?<!" || token === "(?!") {
      looksBack += token.startsWith("(") ? 1 : token === ")" ? -1 : 0;
      left += token;
    } else if (/^(?:\(.*|[)|^$?*+]|\{.+\}|\\[bB])$/.test(token)) left += token;
    else left += `(?:${token}|$)`;
  }
  return left;
}

/** What matches when it is there, whatever follows: the end of what has come is not the text's. */
function certain(tokens: readonly string[]): string {
  const known = tokens.map((token) => (token === "$" ? "(?!)" : token)).join("");
  return tokens.includes("(?!") ? `${known}(?=[\\s\\S])` : known;
}
