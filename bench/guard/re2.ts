import { RE2JS } from "re2js";
import { recognizers } from "../../src/guard/recognizers/index.ts";
import { secretRecognizers } from "../../src/guard/secrets/index.ts";
import { cpuTime } from "./cpu-time.ts";
import { type TextName, texts } from "./texts.ts";

/** What re2js takes for the union of the patterns. It has no lookaround: the patterns go without. */
export interface Re2Figure {
  readonly version: string;
  /** How many patterns it takes, and of how many. */
  readonly taken: number;
  readonly patterns: number;
  /** Microseconds a KiB, every match of a whole text found; nothing is checked. */
  readonly usPerKib: Readonly<Record<TextName, number>>;
}

/** So much of each text is searched: it is slow. UTF-16 code units. */
const units = 32 * 1024;

/** Measures the union, longest match first. */
export function re2Figure(version: string): Re2Figure {
  const patterns = [...secretRecognizers, ...recognizers].flatMap((recognizer) =>
    recognizer.patterns.map(({ pattern }) => pattern),
  );
  const taken = patterns.map((pattern) => RE2JS.translateRegExp(withoutLookaround(pattern))).filter(isTaken);
  const union = RE2JS.compile(taken.map((pattern) => `(?:${pattern})`).join("|"), RE2JS.LONGEST_MATCH);
  const usPerKib = Object.entries(texts).map(([name, text]) => {
    const part = text.slice(0, units);
    const us = cpuTime(() => {
      const matcher = union.matcher(part);
      while (matcher.find());
    }, 3);
    return [name, us / (part.length / 1024)];
  });
  return {
    version,
    taken: taken.length,
    patterns: patterns.length,
    usPerKib: Object.fromEntries(usPerKib) as Record<TextName, number>,
  };
}

function isTaken(pattern: string): boolean {
  try {
    RE2JS.compile(pattern, RE2JS.LONGEST_MATCH);
    return true;
  } catch {
    return false;
  }
}

/** Leaves out every group that looks back or ahead. */
function withoutLookaround(pattern: string): string {
  let left = "";
  for (let i = 0; i < pattern.length; ) {
    const looks = /^\(\?<?[=!]/.test(pattern.slice(i, i + 4));
    const end = looks ? endOfGroup(pattern, i) : endOfAtom(pattern, i);
    if (!looks) left += pattern.slice(i, end);
    i = end;
  }
  return left;
}

/** Where a group ends that begins at an index. */
function endOfGroup(pattern: string, from: number): number {
  let depth = 0;
  for (let i = from; i < pattern.length; i = endOfAtom(pattern, i)) {
    if (pattern[i] === "(") depth++;
    if (pattern[i] === ")" && --depth === 0) return i + 1;
  }
  return pattern.length;
}

/** Where a character, an escape or a class ends that begins at an index. */
function endOfAtom(pattern: string, from: number): number {
  if (pattern[from] === "\\") return from + 2;
  if (pattern[from] !== "[") return from + 1;
  for (let i = from + 1; i < pattern.length; i += pattern[i] === "\\" ? 2 : 1) if (pattern[i] === "]") return i + 1;
  return pattern.length;
}
