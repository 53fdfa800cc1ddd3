import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";
import { PatternAutomaton } from "./pattern-automaton.ts";
import { PatternMatcher } from "./pattern-matcher.ts";
import { type PatternOptions, parsePattern } from "./pattern-parser.ts";
import { PatternProgram } from "./pattern-program.ts";
import type { TextMatch } from "./text-search.ts";

/** What a pattern finds in a text that comes in pieces. */
function find(source: string, pieces: readonly string[], options: PatternOptions = {}, maxCells?: number): string[] {
  const node = parsePattern(source, options);
  const automaton = new PatternAutomaton(new PatternProgram([{ node, source, maxSpan: 50 }]), maxCells);
  const text = new FoldedText(options.fold);
  const matcher = new PatternMatcher(automaton, () => true);
  const found: TextMatch[] = [];
  for (const piece of pieces) {
    text.take(piece);
    matcher.feed(text, found);
  }
  text.finish();
  matcher.feed(text, found);
  matcher.finish(text, found);
  const whole = pieces.join("");
  return found.map(({ start, end }) => whole.slice(text.rawOffset(start), text.rawEnd(end - 1)));
}

/** The same by JavaScript's engine: at each place the longest text that the pattern can match there. */
function oracle(source: string, text: string, flags: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + 50);
    for (; end > start; end--) {
      const regex = new RegExp(`(?:${source})(?<=^[^]{${Array.from(text.slice(0, end)).length}})`, `${flags}y`);
      regex.lastIndex = start;
      if (!splitsPair(text, end) && regex.test(text)) break;
    }
    if (end > start) found.push(text.slice(start, end));
    start = end > start ? end : start + String.fromCodePoint(text.codePointAt(start) ?? 0).length;
  }
  return found;
}

function splitsPair(text: string, at: number): boolean {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

const atom = fc.constantFrom(
  "a",
  "b",
  "-",
  ".",
  "[ab]",
  "[^a]",
  "\\d",
  "\\w",
  "\\W",
  "\\s",
  "1",
  "é",
  "😀",
  "[a😀]",
  "\\x62",
  "\\u{1f600}",
  "[^\\d-]",
);
const assertion = fc.constantFrom("\\b", "\\B", "^", "$", "(?<=a)", "(?<![ab])", "(?=b)", "(?![a1])", "(?=$|b)", "(?<=^|-)");
const count = fc.constantFrom("", "", "", "?", "*", "+", "{2}", "{1,2}", "{0,3}", "{2,}");
const bounded = fc.constantFrom("", "", "?", "{2}", "{0,2}"); // JavaScript takes exponential time where unbounded repeats are nested
const pattern = fc.letrec<{ node: string; sequence: string; choice: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: "pattern" },
    fc.tuple(atom, count).map(([one, times]) => one + times),
    fc.tuple(assertion, atom).map((parts) => parts.join("")),
    fc.tuple(tie("choice"), bounded).map(([one, times]) => `(?:${one})${times}`),
  ),
  sequence: fc.array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "pattern" }).map((parts) => parts.join("")),
  choice: fc.array(tie("sequence"), { minLength: 1, maxLength: 3, depthIdentifier: "pattern" }).map((parts) => parts.join("|")),
})).choice;
const text = fc
  .array(fc.constantFrom("a", "b", "A", "-", "1", " ", "é", "😀", "ab", "\n"), { maxLength: 5 })
  .map((parts) => parts.join(""));

describe("parsePattern", () => {
  it.each([
    ["\\p{Lu}\\p{L}+", "Über uns", ["Über"]],
    ["\\P{L}", "a😀b", ["😀"]],
    ["[\\]\\-\\\\]+", "a]-\\b", ["]-\\"]],
    ["\\t\\n\\r\\f\\v\\0", "\t\n\r\f\v\0", ["\t\n\r\f\v\0"]],
    ["[\\b]", "a\b", ["\b"]],
    ["[^\\W_]+", "ab_c", ["ab", "c"]],
    ["(?i:ab?)c", "ABc aC Ac", ["ABc", "Ac"]],
    ["a(?!bc)", "abcabdab", ["a", "a"]],
    ["a(?=b?$|[^.\\d]|\\.(?:$|\\D))", "a1 a. a.1 ax ab", ["a", "a", "a"]],
    ["a(?=b{1,2}c)", "abc abbc ac abbbc", ["a", "a"]],
    ["a(?!$)", "aba", ["a"]],
    ["a(?=$)", "aba", ["a"]],
    ["(?<=b|^)a", "aba-a", ["a", "a"]],
    ["(?<!b|^)a", "aba-a", ["a"]],
    ["(a|b)c|(?:d)", "acbcd", ["ac", "bc", "d"]],
    ["(?i:a)b", "Ab AB ab", ["Ab", "ab"]],
    ["(?i:a(?:b)[c-d])[e-f]", "ABDe aBCE", ["ABDe"]],
    ["(?i:[^a])", "aAb", ["b"]],
    ["a{2}", "aaaaa", ["aa", "aa"]],
    ["a{10,12}b", `${"a".repeat(9)}b${"a".repeat(10)}b${"a".repeat(12)}b`, [`${"a".repeat(10)}b`, `${"a".repeat(12)}b`]],
    ["a{2,}b", "abaaabaab", ["aaab", "aab"]],
    ["a{0,1}b", "baab", ["b", "ab"]],
    ["[a-]+", "-a-b", ["-a-"]],
    ["[-a]+", "-a-b", ["-a-"]],
    ["[\\d-]+", "1-2a", ["1-2"]],
    ["[b-b]", "abc", ["b"]],
    ["[a-c]+", "xabcdx", ["abc"]],
    ["[\\ue000-\\uffff]", "\ud7ff\ue000\uffff", ["\ue000", "\uffff"]],
    ["[^]", "a\n😀", ["a", "\n", "😀"]],
    ["[^a]", "a\n😀", ["\n", "😀"]],
    ["[\\W]", "a😀-", ["-"]],
    ["[\\Dx]", "1a😀x", ["a", "x"]],
    ["[\\P{Lu}]", "Aa", ["a"]],
    ["[\\p{Lu}b]+", "aABb", ["ABb"]],
    ["[😀]", "a😀", ["😀"]],
    ["[😀a😃]", "😃a😁😀", ["😃", "a", "😀"]],
    ["\\W", "a😀-", ["😀", "-"]],
    ["\\D\\S", "12a 3b", [" 3"]],
    ["\\x41\\u0042\\u{43}\\u{1F600}", "ABC😀", ["ABC😀"]],
    ["\\u{000044}\\x4a", "DJ", ["DJ"]],
    ["\\u{10ffff}", "\u{10ffff}", ["\u{10ffff}"]],
    ["\\.\\*\\-\\/\\\\\\_\\é", ".*-/\\_é", [".*-/\\_é"]],
    [".", "\n\u2028a", ["a"]],
  ] as const)("%s finds in %j what it says", (source, whole, found) => {
    expect(find(source, whole.split(""))).toEqual(found);
    expect(find(source, [whole])).toEqual(found);
  });

  it.each([
    ["a{1000}", 1000, 1000],
    ["a{0,1000}", 0, 1000],
    ["a{1000,}", 1000, Number.POSITIVE_INFINITY],
    ["a{07}", 7, 7],
  ])("%s repeats %d to %d times", (source, least, most) => {
    expect(parsePattern(source)).toMatchObject({ kind: "repeat", least, most });
  });

  it("takes letters in either case where it is told to", () => {
    expect(find("a[b-c]é", ["ABÉ aCé"], { caseInsensitive: true })).toEqual(["ABÉ", "aCé"]);
    expect(find("a[b-c]é", ["ABÉ abé"], { caseInsensitive: false })).toEqual(["abé"]);
  });

  it.each([
    ["ß[é-ö]", "SSÉ sse", ["SSÉ", "sse"]],
    ["[１-３]{2}", "12 ３1", ["12", "３1"]],
    ["ﬁx", "FIX ﬁx", ["FIX", "ﬁx"]],
    ["[Þ-à]", "s þ à a", ["þ", "à", "a"]],
  ] as const)("%s is folded as its text is: %j", (source, whole, found) => {
    expect(find(source, [whole], { fold: CharacterFold.with({ case: true }) })).toEqual(found);
  });

  it.each([
    ["a**", 3, "nothing to repeat"],
    ["a?+", 3, "nothing to repeat"],
    ["a{2}{3}", 5, "nothing to repeat"],
    ["a|*", 3, "nothing to repeat"],
    ["*a", 1, "nothing to repeat"],
    ["+a", 1, "nothing to repeat"],
    ["?a", 1, "nothing to repeat"],
    ["{2}a", 1, "nothing to repeat"],
    ["a+?", 3, "lazy repeats change nothing here: the longest match is taken"],
    ["a{2}?", 5, "lazy repeats change nothing here: the longest match is taken"],
    ["(a", 1, "a ( is not closed"],
    ["b(?:a", 2, "a ( is not closed"],
    ["(?i:a", 1, "a ( is not closed"],
    ["(?<=a", 1, "a ( is not closed"],
    ["a(?=b", 2, "a ( is not closed"],
    ["a)", 2, "a ) closes nothing"],
    ["b[a", 2, "a [ is not closed"],
    ["b[a-", 5, "the pattern ends too early"],
    ["[]", 1, "an empty class matches nothing"],
    ["[b-a]", 1, "the range b-a is the wrong way round"],
    ["[a-\\d]", 1, "a range goes from one character to another"],
    ["[😀-😃]", 1, "a range ends at U+FFFF at the latest"],
    ["[a-😃]", 1, "a range ends at U+FFFF at the latest"],
    ["b[^😀]", 2, "😀 is more than one unit, so it cannot be excluded"],
    ["[[a]]", 2, "a [ in a class needs a \\ before it"],
    ["[a\\B]", 3, "\\B is not an escape of this syntax"],
    ["ba{2,1}", 2, "the smaller count comes first"],
    ["ba{1001}", 2, "a repeat counts to 1000 at the most"],
    ["a{0,1001}", 1, "a repeat counts to 1000 at the most"],
    ["a{1001,}", 1, "a repeat counts to 1000 at the most"],
    ["a{b}", 2, "a { needs a count, or a \\ before it"],
    ["a{b{2}", 2, "a { needs a count, or a \\ before it"],
    ["a{1,2", 2, "a { needs a count, or a \\ before it"],
    ["a{,2}", 2, "a { needs a count, or a \\ before it"],
    ["a}", 2, "a } needs a \\ before it"],
    ["a]", 2, "a ] needs a \\ before it"],
    ["\\1", 1, "\\1 is not an escape of this syntax"],
    ["a\\k", 2, "\\k is not an escape of this syntax"],
    ["\\Z", 1, "\\Z is not an escape of this syntax"],
    ["\\p", 1, "\\p needs a property: \\p{L}"],
    ["a\\pL{L}", 2, "\\p needs a property: \\p{L}"],
    ["\\P{L", 1, "\\p needs a property: \\p{L}"],
    ["[\\p]", 2, "\\p needs a property: \\p{L}"],
    ["a\\p{Nope}", 2, "there is no property {Nope}"],
    ["\\xZ", 1, "\\x needs hexadecimal digits"],
    ["\\xZ41", 1, "\\x needs hexadecimal digits"],
    ["\\x4", 1, "\\x needs hexadecimal digits"],
    ["\\u004", 1, "\\u needs hexadecimal digits"],
    ["\\uZ0041", 1, "\\u needs hexadecimal digits"],
    ["\\u{}", 1, "\\u needs hexadecimal digits"],
    ["\\u{0000041}", 1, "\\u needs hexadecimal digits"],
    ["\\u{110000}", 1, "\\u needs hexadecimal digits"],
    ["\\", 2, "the pattern ends too early"],
    ["b(?<n>a)", 2, "groups are (…), (?:…) and (?i:…)"],
    ["(?", 1, "groups are (…), (?:…) and (?i:…)"],
    ["b(?<=ab)c", 2, "what is looked back to is one character"],
    ["a(?=b+)", 2, "a lookahead has a bound"],
    ["a(?=b(?=c))", 2, "a lookahead holds characters and $"],
    ["a(?!b|cd)", 2, "what must not follow is one sequence of characters"],
    ["(?<=a)*b", 1, "nothing to repeat"],
    ["ba(?=b)*", 3, "nothing to repeat"],
    ["a(?=bc)?", 2, "nothing to repeat"],
    ["a$+", 2, "nothing to repeat"],
  ])("refuses %s at character %i: %s", (source, character, reason) => {
    const error = { code: "internal", message: `pattern ${source}, character ${character}: ${reason}` };
    expect(() => parsePattern(source)).toThrow(expect.objectContaining(error));
  });

  it("reads random patterns as JavaScript does, whatever the pieces, and with hardly any room for states", () => {
    let compared = 0;
    fc.assert(
      fc.property(pattern, fc.boolean(), fc.array(text, { minLength: 1, maxLength: 3 }), (source, caseInsensitive, lines) => {
        const whole = lines.join("");
        const options = { caseInsensitive };
        let found: string[];
        try {
          found = find(source, [whole], options);
        } catch (error) {
          expect(String(error)).toMatch(/empty text|more than its maxSpan/);
          return;
        }
        compared++;
        expect([source, whole, found]).toEqual([source, whole, oracle(source, whole, caseInsensitive ? "iu" : "u")]);
        expect(find(source, lines, options)).toEqual(found);
        expect(find(source, whole.split(""), options, 1)).toEqual(found);
      }),
      runsOf(1500),
    );
    process.stdout.write(`patterns: ${compared} random ones read as JavaScript reads them\n`);
  });
});
