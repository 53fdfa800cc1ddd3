import { describe, expect, it } from "vitest";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";
import { PatternAutomaton } from "./pattern-automaton.ts";
import { type CandidateCheck, PatternMatcher } from "./pattern-matcher.ts";
import { parsePattern } from "./pattern-parser.ts";
import { type BoundedPattern, PatternProgram } from "./pattern-program.ts";
import type { TextMatch } from "./text-search.ts";

type Options = Pick<BoundedPattern, "maxSpan" | "atMaxSpan">;

function automatonOf(sources: readonly string[], options: Options = {}, maxCells?: number): PatternAutomaton {
  const patterns = sources.map((source) => ({ node: parsePattern(source), source, ...options }));
  return new PatternAutomaton(new PatternProgram(patterns), maxCells);
}

/** A search of one text; a find is written `pattern start-end`. */
class Search {
  readonly text: FoldedText;
  readonly matcher: PatternMatcher;

  constructor(automaton: PatternAutomaton, fold?: CharacterFold, check: CandidateCheck = () => true) {
    this.text = new FoldedText(fold);
    this.matcher = new PatternMatcher(automaton, check);
  }

  feed(piece: string): string[] {
    this.text.take(piece);
    return this.#found((out) => this.matcher.feed(this.text, out));
  }

  finish(): string[] {
    this.text.finish();
    return this.#found((out) => {
      this.matcher.feed(this.text, out);
      this.matcher.finish(this.text, out);
    });
  }

  #found(step: (out: TextMatch[]) => void): string[] {
    const found: TextMatch[] = [];
    step(found);
    return found.map(({ pattern, start, end }) => `${pattern} ${start}-${end}`);
  }
}

/** What is found in a text, which comes at once, by units, and by units with no room for states. */
function find(sources: readonly string[], text: string, options: Options = {}, fold?: CharacterFold): string[] {
  const run = (pieces: readonly string[], maxCells?: number) => {
    const search = new Search(automatonOf(sources, options, maxCells), fold);
    return [...pieces.flatMap((piece) => search.feed(piece)), ...search.finish()];
  };
  const found = run([text]);
  expect(run(text.split(""))).toEqual(found);
  expect(run(text.split(""), 1)).toEqual(found);
  return found;
}

describe("PatternMatcher", () => {
  it.each([
    [["ab"], "abxab", ["0 0-2", "0 3-5"]],
    [["a", "ab", "abc"], "abcabxa", ["2 0-3", "1 3-5", "0 6-7"]],
    [["ab", "a[bc]"], "abac", ["0 0-2", "1 2-4"]],
    [["a[bc]", "ab"], "abac", ["0 0-2", "0 2-4"]],
    [["ab", "bcd"], "abcd", ["0 0-2"]],
    [["abx", "bcd"], "abcd", ["1 1-4"]],
    [["abcx", "b", "cd"], "abcd", ["1 1-2", "2 2-4"]],
    [["ab(?=c)", "ab"], "abcabd", ["0 0-2", "1 3-5"]],
    [["ab", "ab(?=c)"], "abcab", ["0 0-2", "0 3-5"]],
    [["a(?=bc)", "ab(?=d)"], "abcabd", ["0 0-1", "1 3-5"]],
    [["a{1,3}"], "aaaaa", ["0 0-3", "0 3-5"]],
    [["^a", "a$"], "aaa", ["0 0-1", "1 2-3"]],
    [["b(?!c)"], "bcb", ["0 2-3"]],
    [["abcdz", "bc"], "abcdz", ["0 0-5"]],
    [["abcdz", "bc"], "abcdy", ["1 1-3"]],
    [["ab(?=cdez)", "bcd(?:ezy)?", "dez"], "abcdez", ["0 0-2", "2 3-6"]],
  ])("with %j finds in %j the longest at each place, of equals the first: %j", (sources, text, found) => {
    expect(find(sources, text)).toEqual(found);
  });

  it.each([
    // `\` and a letter, as JSON within text has its line breaks.
    ["\\ba", "x\\na", ["0 3-4"]],
    ["\\ba", "x\\ra x\\ta", ["0 3-4", "0 8-9"]],
    ["\\ba", "x\\ba xna x\\Na", []],
    ["\\ba", "x\\nna", []],
    ["\\ba", "\\n\\na", ["0 4-5"]],
    ["\\ba", "na", []],
    ["(?<=\\n)a", "a\\na\na", ["0 3-4", "0 5-6"]],
    ["(?<!\\n)a", "a\\nana", ["0 0-1", "0 5-6"]],
    ["n\\ba", "\\na", []],
    ["\\\\n", "\\n", ["0 0-2"]],
    ["(?<=\\\\)n", "\\n\\n", ["0 1-2", "0 3-4"]],
    ["(?:a|\\\\)b(?<=b)", "ab\\b", ["0 0-2", "0 2-4"]],
  ])(
    "with %s sees in %j a line break for one that is written out, where it looks back from a match: %j",
    (source, text, found) => {
      expect(find([source], text)).toEqual(found);
    },
  );

  it.each([
    [["fi"], "ﬁ", ["0 0-2"]],
    [["f", "i"], "ﬁ f i", ["0 3-4", "1 5-6"]],
    [["f.", "i"], "fﬁ", ["0 1-3"]],
    [["xf?", "x"], "xﬁ", ["0 0-1"]],
    [["xfi?", "xfi"], "xﬁ", ["0 0-3"]],
    [["if", "ff"], "ﬁf ﬀ", ["1 4-6"]],
  ])("with %j begins and ends in %s with whole characters: %j", (sources, text, found) => {
    expect(find(sources, text, {}, CharacterFold.with())).toEqual(found);
  });

  it.each([
    [["ab+c"], {}, "abbbc abbbbc", ["0 0-5"]],
    [["ab+"], {}, "abbbbbbb", ["0 0-5"]],
    [["a*b"], {}, "aab", ["0 0-3"]],
    [["ab+c", "bbb"], {}, "abbbbbbb", ["1 1-4", "1 4-7"]],
    [["ab+c?"], {}, "abbbbc", ["0 0-5"]],
    [["ab+c"], { atMaxSpan: "match" }, "abbbbbb", ["0 0-5"]],
    [["ab+c"], { atMaxSpan: "match" }, "abbbc abbbb", ["0 0-5", "0 6-11"]],
    [["ab+c"], { atMaxSpan: "match" }, "abbb", []],
    [["ab+c", "ab+d", "ab+e"], { atMaxSpan: "match" }, "abbbbbb", ["0 0-5"]],
    [["ab+", "ab+c"], { atMaxSpan: "match" }, "abbbb", ["0 0-5"]],
    [["ab", "ab+c"], { atMaxSpan: "match" }, "abbbb", ["1 0-5"]],
  ] as const)("with %j of five units at the most, and %o, finds in %s: %j", (sources, options, text, found) => {
    expect(find(sources, text, { maxSpan: 5, ...options })).toEqual(found);
  });

  it.each([
    [["ab"], {}, "xaab", [1, 1, 2, 4]],
    [["ab", "abcd"], {}, "abce", [0, 0, 0, 4]],
    [["abcx", "bc"], {}, "abcd", [0, 0, 0, 4]],
    [["abc", "bcd"], {}, "abcd", [0, 0, 3, 4]],
    [["abc", "bcde"], {}, "abd", [0, 0, 3]],
    [["a\\b"], {}, "aa-", [0, 1, 3]],
    [["a(?=bc)"], {}, "abcx", [0, 0, 3, 4]],
    [["a(?=bc)", "ab"], {}, "ab", [0, 2]],
    [["ab", "ab(?=c)"], {}, "ab", [0, 2]],
    [["ab(?=c)", "ab"], {}, "ab", [0, 0]],
    [["ab(?:|(?=c))"], {}, "ab", [0, 2]],
    [["a(?=bc)", "bcd"], {}, "abcx", [0, 0, 1, 4]],
    [["ab+c"], { maxSpan: 5 }, "abbbbb", [0, 0, 0, 0, 5, 6]],
    [["ab+c", "b+d"], { maxSpan: 5 }, "abbbbb", [0, 0, 0, 0, 1, 2]],
    [["ab+"], { maxSpan: 4 }, "abbbbb", [0, 0, 0, 4, 5, 6]],
  ] as const)("with %j and %o has decided, unit by unit of %s, up to %j", (sources, options, text, decided) => {
    const search = new Search(automatonOf(sources, options));
    const steps = text.split("").map((unit) => {
      search.feed(unit);
      return search.matcher.decided;
    });
    expect(steps).toEqual(decided);
    search.finish();
    expect(search.matcher.decided).toBe(text.length);
  });

  it("decides as much of a piece as of its units", () => {
    for (const text of ["xxaxx", "xaab", "abxx\\n", "ab", "xxa"]) {
      const whole = new Search(automatonOf(["ab", "aac"]));
      const units = new Search(automatonOf(["ab", "aac"]));
      whole.feed(text);
      for (const unit of text) units.feed(unit);
      expect([text, whole.matcher.decided]).toEqual([text, units.matcher.decided]);
    }
  });

  it("reports a find with the unit that decides it", () => {
    const search = new Search(automatonOf(["ab", "abcd", "e"]));
    expect(["a", "b", "c", "e", "ab"].map((piece) => search.feed(piece))).toEqual([[], [], [], ["0 0-2", "2 3-4"], []]);
    expect(search.finish()).toEqual(["0 4-6"]);
  });

  it("asks the check with a candidate's place, longest last, and takes the longest that passes", () => {
    const asked: string[] = [];
    const check: CandidateCheck = (pattern, start, end) => {
      asked.push(`${pattern} ${start}-${end}`);
      return end - start !== 3 && start > 0;
    };
    const search = new Search(automatonOf(["a{1,3}", "aa"]), undefined, check);
    expect([...search.feed("aaaa"), ...search.finish()]).toEqual(["0 1-3", "0 3-4"]);
    expect(asked.filter((each) => each.split(" ")[1]?.startsWith("0-"))).toEqual(["0 0-1", "0 0-2", "1 0-2", "0 0-3"]);
    expect(asked.filter((each) => each.split(" ")[1]?.startsWith("1-"))).toEqual(["0 1-2", "0 1-3", "0 1-4"]);
  });

  it("bounds each pattern by itself", () => {
    const patterns = [3, 9].map((maxSpan, i) => ({ node: parsePattern(i === 0 ? "ab+" : "ab+c"), source: "", maxSpan }));
    const automaton = new PatternAutomaton(new PatternProgram(patterns));
    const [one, other] = [new Search(automaton), new Search(automaton)];
    expect([...one.feed("abbbbbx"), ...one.finish()]).toEqual(["0 0-3"]);
    expect([...other.feed("abbbbbc"), ...other.finish()]).toEqual(["1 0-7"]);
  });

  it.each([
    // One look for each stretch, one where a thread begins and one where it moves by itself.
    [["ab"], "x".repeat(50), 1],
    [["ab"], `${"x".repeat(50)}a`, 2],
    [["ab+c"], `a${"b".repeat(50)}`, 3],
    [["ab+c"], `xxxxxa${"b".repeat(50)}`, 3],
    [["ab+c"], `ab${"x".repeat(50)}`, 3],
  ])("with %j reads on in %j where nothing else is to do: looks at the table %i times", (sources, text, times) => {
    const automaton = automatonOf(sources, { maxSpan: 60 });
    new Search(automaton).feed(text);
    const { cache } = automaton;
    const { table } = cache;
    let looks = 0;
    Object.defineProperty(cache, "table", {
      get: () => {
        looks++;
        return table;
      },
    });
    new Search(automaton).feed(text);
    expect(looks).toBe(times);
  });

  it("counts a step per open place and unit", () => {
    const automaton = automatonOf(["ab", "aac"]);
    const stepsOf = (text: string, pieces = [text]) => {
      const search = new Search(automaton);
      for (const piece of pieces) search.feed(piece);
      return search.matcher.steps;
    };
    expect([stepsOf("xxxx"), stepsOf("xabx"), stepsOf("aabx"), stepsOf("aaaa")]).toEqual([0, 1, 3, 5]);
    const covered = new Search(automatonOf(["a{1,9}"]));
    covered.feed("aaaa");
    expect(covered.matcher.steps).toBe(3);
    const failed = new Search(automatonOf(["abab", "b"]), undefined, (pattern) => pattern === 0);
    failed.feed("abab");
    expect(failed.matcher.steps).toBe(4);
    for (const text of ["xaxx", "aaab", "xabab"]) expect(stepsOf(text, text.split(""))).toBe(stepsOf(text));
  });

  it("goes on in a cache that was begun anew for another text", () => {
    const automaton = automatonOf(["ab{3}", "xyz"], {}, 20);
    const [one, other] = [new Search(automaton), new Search(automaton)];
    expect([...one.feed("xab"), ...other.feed("xyzxy"), ...one.feed("b"), ...other.feed("zab"), ...one.feed("b")]).toEqual([
      "1 0-3",
      "1 3-6",
      "0 1-5",
    ]);
    one.feed("xy");
    other.feed("bbbxyz");
    expect([...one.finish(), ...other.finish()]).toEqual([]);
    const full = automatonOf(["a$", "cd"], {}, 1);
    const [waiting, third] = [new Search(full), new Search(full)];
    waiting.feed("a");
    third.feed("cdab");
    const out: TextMatch[] = [];
    waiting.matcher.finish(waiting.text, out);
    expect(out).toEqual([{ pattern: 0, start: 0, end: 1 }]);
    const last = new Search(automatonOf(["ab?", "cd"], {}, 1));
    expect([...last.feed("a"), ...last.finish()]).toEqual(["0 0-1"]);
  });
});
