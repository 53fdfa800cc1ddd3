import { describe, expect, it } from "vitest";
import { parsePattern } from "./pattern-parser.ts";
import { type BoundedPattern, PatternProgram } from "./pattern-program.ts";

type Options = Omit<BoundedPattern, "node" | "source">;

function programOf(sources: readonly string[], options: Options = {}): PatternProgram {
  return new PatternProgram(sources.map((source) => ({ node: parsePattern(source), source, ...options })));
}

/** A program's states in the order of their numbers: what they read or look at, and where they lead. */
function written({ states }: PatternProgram): string[] {
  return states.map((state) => {
    if (state.kind === "match") return `match ${state.pattern}-${state.ahead}`;
    if (state.kind === "fork") return `fork ${state.next}`;
    const units = String.fromCharCode(...state.set.ranges.filter((_, i) => i % 2 === 0));
    return `${state.kind} ${units}${state.kind !== "unit" && state.edge ? "edge" : ""} ${state.next}`;
  });
}

describe("PatternProgram", () => {
  it.each([
    [["ab"], [2], ["match 0-0", "unit b 0", "unit a 1"]],
    [["a|b"], [3], ["match 0-0", "unit a 0", "unit b 0", "fork 1,2"]],
    [
      ["a", "b"],
      [1, 3],
      ["match 0-0", "unit a 0", "match 1-0", "unit b 2"],
    ],
    [["a?b"], [3], ["match 0-0", "unit b 0", "unit a 1", "fork 2,1"]],
    [["^a$"], [3], ["match 0-0", "after edge 0", "unit a 1", "before edge 2"]],
    [["(?<=b)a(?=c)"], [3], ["match 0-0", "after c 0", "unit a 1", "before b 2"]],
    [
      ["a(?=bc|d$)"],
      [8],
      ["match 0-0", "match 0-2", "unit c 1", "unit b 2", "match 0-1", "after edge 4", "unit d 5", "fork 3,6", "unit a 7"],
    ],
    [["a{1,3}"], [5], ["match 0-0", "unit a 0", "fork 1,0", "unit a 2", "fork 3,0", "unit a 4"]],
  ])("writes %j from back to front", (sources, starts, states) => {
    const program = programOf(sources);
    expect([program.starts, written(program)]).toEqual([starts, states]);
    expect(program.patternOf).toHaveLength(states.length);
  });

  it("leads a repeat without a bound back to itself", () => {
    const program = programOf(["ab*", "c+"], { maxSpan: 5 });
    expect(written(program)).toEqual([
      "match 0-0",
      "fork 2,0",
      "unit b 1",
      "unit a 1",
      "match 1-0",
      "fork 6,4",
      "unit c 5",
      "unit c 5",
    ]);
    expect(program.patternOf).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(program.starts).toEqual([3, 7]);
  });

  it.each([
    ["abc", {}, 3, false],
    ["ab?", {}, 2, false],
    ["abc", { maxSpan: 3 }, 3, false],
    ["abc", { maxSpan: 4 }, 3, false],
    ["a+", { maxSpan: 4 }, 4, false],
    ["a{2,9}", { maxSpan: 4, atMaxSpan: "drop" }, 4, false],
    ["a+", { maxSpan: 4, atMaxSpan: "match" }, 4, true],
  ] as const)("bounds %s with %o by %i", (source, options, maxSpan, matches) => {
    const { maxSpans, matchesAtMaxSpan } = programOf([source], options);
    expect([maxSpans, matchesAtMaxSpan]).toEqual([[maxSpan], [matches]]);
  });

  it.each([
    // Per state, from the match back: how long a thread in it may be, and where its last match ends from where it is.
    ["abc", {}, [3, 2, 1, 0], [0, 1, 1, 1]],
    ["a(?=bc)", {}, [1, 3, 2, 1, 1, 0], [0, -2, -1, 0, 0, 1]],
    ["ab+", { maxSpan: 9 }, [9, 9, 8, 8, 7], [0, 1, 1, 1, 1]],
    ["ab+", { maxSpan: 9, atMaxSpan: "match" }, [9, 9, 9, 9, 9], [0, 1, 1, 1, 1]],
    ["a|bcd", {}, [3, 2, 2, 1, 0, 2], [0, 1, 1, 1, 1, 1]],
    ["a$", {}, [1, 1, 0], [0, 0, 1]],
  ] as const)("knows of %s with %o how long a thread may be, and how far it reaches", (source, options, limits, reaches) => {
    const program = programOf([source], options);
    expect([program.limits, program.reaches.map((reach) => reach + 0)]).toEqual([limits, reaches]);
  });

  it.each([
    ["a*", {}, "pattern a* matches the empty text"],
    ["a+", {}, "pattern a+ has no bound: count its repeats, or give it a maxSpan"],
    ["aaa", { maxSpan: 2 }, "pattern aaa matches 3 characters at the least, more than its maxSpan"],
    ["(?:a?)+b", { maxSpan: 9 }, "pattern (?:a?)+b: what is repeated without a bound must not match the empty text"],
    ["a(?=bc)d", {}, "pattern a(?=bc)d: what looks more than one character ahead stands at the end"],
    ["(?:a(?=bc))+", { maxSpan: 9 }, "pattern (?:a(?=bc))+: what looks more than one character ahead stands at the end"],
    ["(?:a(?=bc))?b", {}, "pattern (?:a(?=bc))?b: what looks more than one character ahead stands at the end"],
    ["(?:a(?=bc)){2}", {}, "pattern (?:a(?=bc)){2}: what looks more than one character ahead stands at the end"],
  ] as const)("does not compile %s with %o: %s", (source, options, message) => {
    expect(() => programOf([source], options)).toThrow(expect.objectContaining({ code: "internal", message }));
  });

  it("does not compile patterns that take more than 200000 states together", () => {
    expect(() => programOf(["b", "(?:[a-z]{1000}){200}"])).toThrow(
      "pattern (?:[a-z]{1000}){200}: the patterns take more than 200000 states",
    );
  });
});
