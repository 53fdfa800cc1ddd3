import { describe, expect, it } from "vitest";
import { FoldedText } from "./folded-text.ts";
import { PatternAutomaton } from "./pattern-automaton.ts";
import { type CandidateCheck, PatternMatcher } from "./pattern-matcher.ts";
import { parsePattern } from "./pattern-parser.ts";
import { type BoundedPattern, PatternProgram } from "./pattern-program.ts";
import type { TextMatch } from "./text-search.ts";

/** Every string over a, b and - up to a length, shortest first. */
function strings(longest: number): string[] {
  const all = [""];
  for (let i = 0; i < all.length; i++) {
    const text = all[i] ?? "";
    if (text.length < longest) for (const letter of "ab-") all.push(text + letter);
  }
  return all;
}

/** Each sort of thing that a pattern may hold, at most three characters of it, looking ahead one more. */
const smallPatterns = [
  ..."ab-".split(""),
  ...["aa", "ab", "a-", "-b", "a[ab]", "[ab]b", "aab", "aba", "a-a", "[ab]-[ab]", ".b", "[^a]b"],
  ...["a?b", "ab?", "a{1,3}", "a{2}b?", "(?:ab?)?-", "[ab]{1,2}-?", "(?:a|ab)-?", "(?:a|b-)b", "-?a-?", "aa|b-b"],
  ...[
    "\\ba",
    "\\bab?\\b",
    "a\\b",
    "\\B-",
    "b\\B",
    "^a",
    "a$",
    "(?<=a)b",
    "(?<!a)b{1,2}",
    "(?<![ab])a",
    "a(?=b)",
    "a(?![ab])",
    "ab?(?!-)",
  ],
  ...["a(?!b-)", "b(?=-a|$)", "a{1,2}(?=-|b$)", "(?<!-)a(?!ab)"],
];
const longest = 3;

/** Where a pattern may end that begins at a place, longest first, by JavaScript's own engine. */
function endsOf(source: string): (text: string, start: number) => number[] {
  const anywhere = new RegExp(source, "uy");
  const endingAt = Array.from(
    { length: 16 },
    (_, end) =>
      new RegExp(
        `(?:${source.replace(/\(\?[=!][^()]*\)$/, "")})(?<=^[^]{${end}})${/\(\?[=!][^()]*\)$/.exec(source)?.[0] ?? ""}`,
        "uy",
      ),
  );
  return (text, start) => {
    anywhere.lastIndex = start;
    if (!anywhere.test(text)) return [];
    const ends: number[] = [];
    for (let end = Math.min(start + longest, text.length); end > start; end--) {
      const regex = endingAt[end] as RegExp;
      regex.lastIndex = start;
      if (regex.test(text)) ends.push(end);
    }
    return ends;
  };
}

function matcherOf(patterns: readonly BoundedPattern[], check: CandidateCheck = () => true, maxCells?: number) {
  const automaton = new PatternAutomaton(new PatternProgram(patterns), maxCells);
  return () => new PatternMatcher(automaton, check);
}

function bounded(source: string): BoundedPattern {
  return { node: parsePattern(source), source };
}

describe("PatternMatcher", () => {
  it("finds what brute force finds, and holds back exactly what some continuation could change: every text and set", () => {
    const texts = strings(8);
    const index = new Map(texts.map((text, i) => [text, i]));
    // Per pattern, text and place: the longest match there, 0 for none.
    const lengths = smallPatterns.map((source) => {
      const ends = endsOf(source);
      return texts.map((text) => Uint8Array.from({ length: text.length }, (_, start) => (ends(text, start)[0] ?? start) - start));
    });
    const prefixes = strings(5).slice(1);
    const continuations = strings(3);
    const sets = smallPatterns.flatMap((_, i) => [[i], ...smallPatterns.slice(i + 1).map((_, j) => [i, i + 1 + j])]);
    const wrong: string[] = [];
    let cases = 0;
    for (const set of sets) {
      // Per text: what is decided at each unit; 0 for none, a number of its own for each match where it begins, 1 within it.
      const decisions = texts.map((text, t) => {
        const decided = new Uint8Array(text.length);
        for (let at = 0; at < text.length; ) {
          let [best, by] = [0, 0];
          set.forEach((pattern, order) => {
            const length = lengths[pattern]?.[t]?.[at] ?? 0;
            if (length > best) [best, by] = [length, order];
          });
          decided.fill(1, at, at + best);
          if (best > 0) decided[at] = 2 + by * 8 + best;
          at += Math.max(1, best);
        }
        return decided;
      });
      const fresh = matcherOf(set.map((pattern) => bounded(smallPatterns[pattern] ?? "")));
      const describeSet = () => set.map((pattern) => smallPatterns[pattern]).join("  ");
      for (const prefix of prefixes) {
        const own = decisions[index.get(prefix) ?? 0] as Uint8Array;
        let best = prefix.length;
        for (const more of continuations) {
          const other = decisions[index.get(prefix + more) ?? 0] as Uint8Array;
          for (let at = 0; at < best; at++) if (own[at] !== other[at]) best = at;
        }
        const [text, matcher, found] = [new FoldedText(), fresh(), [] as TextMatch[]];
        for (const letter of prefix) {
          text.take(letter);
          matcher.feed(text, found);
        }
        cases++;
        const reported = found.at(-1)?.end ?? 0;
        if (matcher.decided !== best || reported > best)
          wrong.push(`${describeSet()} on ${prefix}: ${matcher.decided}, best ${best}`);
        matcher.finish(text, found);
        const all = new Uint8Array(prefix.length);
        for (const { pattern, start, end } of found)
          all.fill(1, start, end).fill(2 + pattern * 8 + end - start, start, start + 1);
        if (Buffer.compare(all, own) !== 0) wrong.push(`${describeSet()} on ${prefix}: found ${all}, not ${own}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    process.stdout.write(`pattern matcher: ${cases} texts over ${sets.length} sets, each compared with brute force\n`);
  });
});
