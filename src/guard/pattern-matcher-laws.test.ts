import { describe, expect, it } from "vitest";
import { caseShare, casesOf, sampleOf } from "../../test/support/cases.ts";
import { SeededRandom } from "../../test/support/pii/seeded-random.ts";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";
import { PatternAutomaton } from "./pattern-automaton.ts";
import { PatternMatcher } from "./pattern-matcher.ts";
import { parsePattern } from "./pattern-parser.ts";
import { PatternProgram } from "./pattern-program.ts";
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
/** How long a text gets, and how many there are: each is looked at with three more letters. */
const [prefixLetters, prefixes] = caseShare < 1 ? [3, 39] : [5, 363];

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

const texts = strings(prefixLetters + longest);
/** A text's place among {@link texts}, with one more letter. */
const longer = (text: number, letter: number) => 3 * text + 1 + letter;
const width = 8;

/** Per text and place, the longest match there of a pattern; 0 for none. */
function lengthsOf(source: string): Uint8Array {
  const ends = endsOf(source);
  const lengths = new Uint8Array(texts.length * width);
  texts.forEach((text, t) => {
    for (let start = 0; start < text.length; start++) lengths[t * width + start] = (ends(text, start)[0] ?? start) - start;
  });
  return lengths;
}

/** What is decided at each unit of each text: 0 none; where a match begins a number of its own; within it 1. */
function decide(decisions: Uint8Array, set: readonly Uint8Array[]): void {
  decisions.fill(0);
  for (let t = 0; t < texts.length; t++) {
    const length = (texts[t] as string).length; // t is within bounds
    for (let at = 0; at < length; ) {
      let [best, by] = [0, 0];
      for (let i = 0; i < set.length; i++) {
        const found = (set[i] as Uint8Array)[t * width + at] as number; // within bounds
        if (found > best) [best, by] = [found, i];
      }
      for (let i = 1; i < best; i++) decisions[t * width + at + i] = 1;
      if (best > 0) decisions[t * width + at] = 2 + by * 8 + best;
      at += Math.max(1, best);
    }
  }
}

/** How far all continuations of a text by up to so many letters agree with it. */
function agreed(decisions: Uint8Array, text: number, letters: number): number {
  let agree = (texts[text] as string).length; // within bounds
  for (let letter = 0; letters > 0 && letter < 3; letter++) {
    const child = longer(text, letter);
    agree = Math.min(agree, agreed(decisions, child, letters - 1));
    for (let at = 0; at < agree; at++) if (decisions[text * width + at] !== decisions[child * width + at]) agree = at;
  }
  return agree;
}

describe("PatternMatcher", () => {
  it("finds what brute force finds, and holds back exactly what some continuation could change: every text and set", () => {
    const lengths = smallPatterns.map(lengthsOf);
    const numbers = smallPatterns.map((_, i) => i);
    const pairs = numbers.flatMap((one) => [[one], ...numbers.slice(one + 1).map((other) => [one, other])]);
    let state = 20261127;
    const next = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % smallPatterns.length;
    };
    const triples = Array.from({ length: 1900 }, () => [next(), next(), next()]);
    const decisions = new Uint8Array(texts.length * width);
    const wrong: string[] = [];
    let cases = 0;
    const sets = caseShare < 1 ? sampleOf(pairs) : [...pairs, ...triples];
    for (const set of sets) {
      const sources = set.map((pattern) => smallPatterns[pattern] as string); // within bounds
      decide(
        decisions,
        set.map((pattern) => lengths[pattern] as Uint8Array),
      );
      const automaton = new PatternAutomaton(
        new PatternProgram(sources.map((source) => ({ node: parsePattern(source), source }))),
      );
      for (let t = 1; t <= prefixes; t++) {
        const prefix = texts[t] as string; // within bounds
        const [text, matcher, found] = [new FoldedText(), new PatternMatcher(automaton, () => true), [] as TextMatch[]];
        for (const letter of prefix) {
          text.take(letter);
          matcher.feed(text, found);
        }
        cases++;
        const best = agreed(decisions, t, longest);
        if (matcher.decided !== best || (found.at(-1)?.end ?? 0) > best) {
          wrong.push(`${sources.join("  ")} on ${prefix}: decided to ${matcher.decided}, best ${best}`);
        }
        matcher.finish(text, found);
        const all = new Uint8Array(prefix.length);
        for (const { pattern, start, end } of found)
          all.fill(1, start, end).fill(2 + pattern * 8 + end - start, start, start + 1);
        const own = decisions.subarray(t * width, t * width + prefix.length);
        if (Buffer.compare(all, own) !== 0) wrong.push(`${sources.join("  ")} on ${prefix}: found ${all}, not ${own}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(caseShare < 1 ? 39 : 1_000_000);
    process.stdout.write(`pattern matcher: ${cases} texts under ${sets.length} sets, each compared with brute force\n`);
  });

  it("finds the same under checks that fail, in any pieces, beside another text, and with a cache that is always full", () => {
    const ends = smallPatterns.map(endsOf);
    const random = new SeededRandom(20261127);
    const cases = casesOf(6000);
    let findings = 0;
    for (let n = 0; n < cases; n++) {
      const set = Array.from({ length: 1 + random.below(3) }, () => random.below(smallPatterns.length));
      const sources = set.map((pattern) => smallPatterns[pattern] as string); // within bounds
      const program = new PatternProgram(sources.map((source) => ({ node: parsePattern(source), source })));
      const automaton = new PatternAutomaton(program, random.pick([1, 60, undefined]));
      const strictness = random.below(4);
      const confirms = (pattern: number, start: number, end: number) => (pattern + 7 * start + 3 * end + n) % 4 >= strictness;
      const runs = Array.from({ length: 2 }, () => ({
        whole: random.of("aabb-", random.below(13)),
        text: new FoldedText(),
        matcher: new PatternMatcher(automaton, confirms),
        found: [] as TextMatch[],
      }));
      for (let at = 0; at < 13; ) {
        const to = at + 1 + random.below(4);
        for (const { whole, text, matcher, found } of runs) {
          text.take(whole.slice(at, to));
          matcher.feed(text, found);
        }
        at = to;
      }
      for (const { whole, text, matcher, found } of runs) {
        matcher.finish(text, found);
        expect(matcher.decided).toBe(whole.length);
        const expected: TextMatch[] = [];
        for (let start = 0; start < whole.length; ) {
          let best: TextMatch | undefined;
          set.forEach((number, pattern) => {
            const end = ends[number]?.(whole, start).find((each) => confirms(pattern, start, each)) ?? 0;
            if (end > (best?.end ?? start)) best = { pattern, start, end };
          });
          if (best !== undefined) expected.push(best);
          start = Math.max(start + 1, best?.end ?? 0);
        }
        expect([sources, whole, found]).toEqual([sources, whole, expected]);
        findings += found.length;
      }
    }
    process.stdout.write(`pattern matcher: ${2 * cases} texts under checks that fail, ${findings} findings\n`);
  });

  it("takes time linear in the text, and memory that does not grow with it, on the nearest of misses", () => {
    const sources = [
      "(?<!\\d)(?:\\d[ -]?){12,18}\\d(?![\\d -])",
      "[\\w.+-]{1,64}@(?:[a-z]{1,20}\\.){1,4}[a-z]{2,8}!",
      "https?://[a-z/.]+ ",
      "(?:ab?){40}c",
    ];
    const automaton = new PatternAutomaton(
      new PatternProgram(sources.map((source) => ({ node: parsePattern(source), source, maxSpan: 200 }))),
    );
    const nearMiss = `4111-1111-1111-1111-1 user.name+tag@mail.example.org? http://a/http://b/http://c ${"ab".repeat(39)} `;
    const run = (length: number) => {
      const text = new FoldedText(CharacterFold.with());
      const matcher = new PatternMatcher(automaton, () => false);
      const found: TextMatch[] = [];
      let most = 0;
      for (let at = 0; at < length; at += 1024) {
        text.take(nearMiss.repeat(8).slice(at % nearMiss.length, (at % nearMiss.length) + 1024));
        matcher.feed(text, found);
        text.forget(matcher.decided - 96);
        most = Math.max(most, text.units.length);
      }
      expect(found).toEqual([]);
      return { steps: matcher.steps, most };
    };
    const length = caseShare < 1 ? 2 ** 13 : 10 * 2 ** 20;
    const [half, whole] = [run(length / 2), run(length)];
    expect(whole.steps / half.steps).toBeLessThan(2.05);
    expect(whole.most).toBe(half.most);
    process.stdout.write(
      `pattern matcher: ${length / 2 ** 20} MiB of near-misses in ${(whole.steps / length).toFixed(2)} steps a unit, ${(whole.steps / half.steps).toFixed(3)} times those of half\n`,
    );
  }, 300_000);
});
