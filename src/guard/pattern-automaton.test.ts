import { describe, expect, it } from "vitest";
import { deadState, PatternAutomaton } from "./pattern-automaton.ts";
import { parsePattern } from "./pattern-parser.ts";
import { type BoundedPattern, PatternProgram } from "./pattern-program.ts";

type Options = Pick<BoundedPattern, "maxSpan" | "atMaxSpan">;

function automatonOf(sources: readonly string[], options: Options = {}, maxCells?: number): PatternAutomaton {
  const patterns = sources.map((source) => ({ node: parsePattern(source), source, ...options }));
  return new PatternAutomaton(new PatternProgram(patterns), maxCells);
}

const classOf = (automaton: PatternAutomaton, unit: string) => automaton.classes.of[unit.charCodeAt(0)] ?? -1;

/** The state of a thread that begins after a unit, or at the text's start, and has read a text. */
function stateAfter(automaton: PatternAutomaton, text: string, before = ""): number {
  let state = automaton.start(before === "" ? automaton.classes.edge : classOf(automaton, before)) ?? -1;
  for (const unit of text) state = (automaton.step(state, classOf(automaton, unit)) ?? -1) >> 1;
  return state;
}

/** The matches that a thread has met when it has read a text and looks at what comes, as `pattern-ahead`. */
function endsBefore(automaton: PatternAutomaton, text: string, coming: string): string[] {
  const state = stateAfter(automaton, text);
  const read = coming === "" ? automaton.classes.edge : classOf(automaton, coming);
  const value = automaton.step(state, read) ?? -1;
  const ends = automaton.cache.endsBefore.get(state * automaton.classes.count + read);
  expect(value & 1).toBe(ends === undefined ? 0 : 1);
  return (ends ?? []).map(({ pattern, ahead }) => `${pattern}-${ahead}`);
}

const endsAt = ({ cache }: PatternAutomaton, state: number) =>
  cache.ends[state]?.map(({ pattern, ahead }) => `${pattern}-${ahead}`) ?? [];

describe("PatternAutomaton", () => {
  it.each([
    [["ab"], "a", []],
    [["ab"], "ab", ["0-0"]],
    [["ab", "a.", "b"], "ab", ["0-0", "1-0"]],
    [["a", "ab?"], "a", ["0-0", "1-0"]],
    [["ab?", "a"], "ab", ["0-0"]],
    [["a(?=bc)"], "abc", ["0-2"]],
    [["a(?=bc)", "a(?=b[cd]|bcd)"], "abc", ["0-2", "1-2"]],
    [["a(?=bb)|ab"], "ab", ["0-0"]],
    [["a(?=bb|b)", "abb"], "abb", ["0-2", "1-0"]],
    [["a(?=bc)|abc"], "abc", ["0-0", "0-2"]],
    [["abc|a(?=bc)"], "abc", ["0-0", "0-2"]],
    [["a(?!bc)"], "abd", ["0-2"]],
    [["a\\b"], "a", []],
    [["a$"], "a", []],
  ])("with %j knows after %s the matches that end there, whatever follows: %j", (sources, text, ends) => {
    const automaton = automatonOf(sources);
    expect(endsAt(automaton, stateAfter(automaton, text))).toEqual(ends);
  });

  it.each([
    [["a\\b"], "a", "-", ["0-0"]],
    [["a\\b"], "a", "", ["0-0"]],
    [["a\\b"], "a", "b", []],
    [["a\\B"], "a", "b", ["0-0"]],
    [["a\\B"], "a", "", []],
    [["a$", "a(?!b)", "a(?=b)"], "a", "", ["0-0", "1-0"]],
    [["a$", "a(?!b)", "a(?=b)"], "a", "b", ["2-0"]],
    [["a(?!bc)"], "ab", "", ["0-1"]],
    [["a(?!bc)"], "ab", "c", []],
    [["a"], "a", "a", []],
  ])("with %j knows after %s, with %j to come, the matches that end there: %j", (sources, text, coming, ends) => {
    expect(endsBefore(automatonOf(sources), text, coming)).toEqual(ends);
  });

  it.each([
    ["^a", "", "a", true],
    ["^a", "b", "a", false],
    ["\\ba", "-", "a", true],
    ["\\ba", "b", "a", false],
    ["\\ba", "", "a", true],
    ["(?<=b)a", "b", "a", true],
    ["(?<=b)a", "", "a", false],
    ["(?<!b)a", "", "a", true],
    ["(?:a|-)(?=b)\\bb", "", "-b", true],
    ["(?:a|-)(?=b)\\bb", "", "ab", false],
    ["a(?=b)\\Bb", "", "ab", true],
    ["a(?=b)(?<=a)b", "", "ab", true],
    ["a(?=b)(?<!a)b", "", "ab", false],
    ["(?:a|-)(?=b)(?:\\bb|bd)", "", "-b", true],
    ["(?:a|-)(?=b)(?:\\bb|bd)", "", "ab", false],
    ["(?:a|-)(?=b)(?:\\bb)*c", "", "-bc", true],
    ["(?:a|-)(?=b)(?:\\bb)*c", "", "abc", false],
  ])("%s behind %j matches %s: %s", (source, before, text, matches) => {
    const automaton = automatonOf([source], { maxSpan: 9 });
    expect(endsAt(automaton, stateAfter(automaton, text, before))).toEqual(matches ? ["0-0"] : []);
  });

  it("leads to the dead state where nothing can come of a text", () => {
    const automaton = automatonOf(["ab", "(?<=b)a"]);
    expect(stateAfter(automaton, "b")).toBe(deadState);
    expect(stateAfter(automaton, "aa")).toBe(deadState);
    expect(automaton.step(stateAfter(automaton, "ab"), classOf(automaton, "c"))).toBe(deadState);
    expect(automaton.start(classOf(automaton, "a"))).not.toBe(automaton.start(classOf(automaton, "b")));
    expect(automatonOf(["(?<=b)a"]).start(0)).toBe(deadState);
    const never = automatonOf(["a(?!$|[^])"]);
    expect(stateAfter(never, "a")).toBe(deadState);
  });

  it("remembers the unit before a state only where what comes has to look back to it", () => {
    const automaton = automatonOf(["[ab]c", "[de](?=f)\\bf", "[ghi]\\b", "[jk](?=l)l\\b-"]);
    const previous = (text: string) => automaton.cache.previous[stateAfter(automaton, text)];
    expect([previous("a"), previous("d"), previous("g"), previous("j")]).toEqual([-1, classOf(automaton, "d"), -1, -1]);
    expect(stateAfter(automaton, "a")).toBe(stateAfter(automaton, "b"));
    expect(stateAfter(automaton, "g")).toBe(stateAfter(automaton, "h"));
  });

  it.each([
    // A thread in a state may be so long, a quiet one so long, and its last match ends so far on: of which pattern.
    [["a{1,3}"], {}, "", [2, 2, 1, 0]],
    [["a{1,3}"], {}, "a", [2, -1, 1, 0]],
    [["a{1,3}"], {}, "aaa", [-1, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
    [["a{1,3}"], {}, "b", [-1, -1, -1, -1]],
    [["a{1,3}b"], {}, "a", [3, 3, 1, 0]],
    [["a{1,3}b"], {}, "aaa", [3, 3, 1, 0]],
    [["ab+c"], { maxSpan: 9 }, "a", [7, 7, 1, 0]],
    [["ab+c"], { maxSpan: 9 }, "ab", [8, 8, 1, 0]],
    [["ab+c", "abcd"], { maxSpan: 9 }, "ab", [8, 8, 1, 0]],
    [["xy", "abc", "ab"], {}, "a", [1, 1, 1, 1]],
    [["a(?=bc)"], {}, "a", [1, 1, 0, 0]],
    [["a(?=bc)"], {}, "ab", [2, 2, -1, 0]],
    [["a(?=bc)", "ab\\b"], {}, "ab", [2, 2, 0, 1]],
    [["a(?!b)", "a(?=bc)"], {}, "a", [1, 1, 0, 0]],
    [["ab+c"], { maxSpan: 9, atMaxSpan: "match" }, "ab", [9, -1, 1, 0]],
  ] as const)("with %j and %o keeps of the state after %j what may come of it: %j", (sources, options, text, expected) => {
    const automaton = automatonOf(sources, options);
    const { limits, quiet, reaches, reachedBy } = automaton.cache;
    expect([limits, quiet, reaches, reachedBy].map((each) => each[stateAfter(automaton, text)])).toEqual(expected);
  });

  it("keeps which patterns a text is a match of when it is as long as they allow", () => {
    const automaton = automatonOf(["ab+c", "ax", "[ab]+d"], { maxSpan: 9, atMaxSpan: "match" });
    const capped = (text: string) => automaton.cache.capped[stateAfter(automaton, text)];
    expect([capped("a"), capped("abb"), capped("aa"), capped("abc")]).toEqual([[0, 1, 2], [0, 2], [2], undefined]);
    const looking = automatonOf(["aa\\b", "aa+c"], { maxSpan: 9, atMaxSpan: "match" });
    expect(looking.cache.capped[stateAfter(looking, "aa")]).toEqual([0, 1]);
    const dropping = automatonOf(["ab+c"], { maxSpan: 9 });
    expect(dropping.cache.capped[stateAfter(dropping, "ab")]).toBeUndefined();
  });

  it.each([
    [["b?a?(?:a|ba)b?"], 8],
    [["(?:a|ba)ba(?=b)", "(?:a|ba)a"], 7],
    [["a{1,2}b?(?=b)", "a?\\B(?:ab?)?a{1,2}"], 10],
    [["(?:ab|b)b?\\B", "(?:ab|b)a{1,2}[ab]a"], 10],
  ])("makes of %j no more states than there are, in whatever order they are reached: %i", (sources, states) => {
    const automaton = automatonOf(sources);
    const { cache, classes } = automaton;
    for (const before of [classes.edge, classOf(automaton, "a"), classOf(automaton, "-")]) automaton.start(before);
    for (let state = 0; state < cache.size; state++) {
      for (let read = 0; read < classes.count; read++) automaton.step(state, read);
    }
    expect(cache.size).toBe(states);
  });

  it("asks for a cell once: its table has what was found", () => {
    const automaton = automatonOf(["ab", "a(?!c)"]);
    const { cache, classes } = automaton;
    const [state, read] = [stateAfter(automaton, "a"), classOf(automaton, "b")];
    const value = automaton.step(state, read);
    expect(cache.table[state * classes.count + read]).toBe(value);
    expect(cache.starts[classes.edge]).toBe(automaton.start(classes.edge));
    expect(cache.table[state * classes.count + classOf(automaton, "c")]).toBeLessThan(0);
    expect(cache.starts[read]).toBeLessThan(0);
    expect(cache.table.subarray(0, classes.count)).toEqual(new Int32Array(classes.count).fill(deadState));
  });

  it("keeps what it has found when its table grows", () => {
    const automaton = automatonOf(["a{126}b"]);
    const { classes } = automaton;
    const last = stateAfter(automaton, "a".repeat(126));
    const { table, size, starts } = automaton.cache;
    expect([size, last, table.length]).toEqual([128, 127, 128 * classes.count]);
    let state = starts[classes.edge] ?? -1;
    for (let i = 0; i < 126; i++) state = (table[state * classes.count + classOf(automaton, "a")] ?? -1) >> 1;
    expect(state).toBe(last);
    expect(new Set(table.subarray(last * classes.count))).toEqual(new Set([-1]));
    expect(stateAfter(automaton, "a".repeat(126))).toBe(last);
    expect(automaton.cache.size).toBe(128);
  });

  it("begins a new cache when the next state has no room, and takes that state whatever else has moved there", () => {
    const cells = automatonOf(["a{9}"]).classes.count;
    const automaton = automatonOf(["a{9}"], {}, 3 * cells);
    const first = automaton.cache;
    const last = stateAfter(automaton, "aa");
    expect([last, first.size, automaton.cache]).toEqual([3, 4, first]);
    expect(automaton.step(last, automaton.classes.edge)).toBe(deadState);
    expect([automaton.start(automaton.classes.edge), automaton.cache]).toEqual([1, first]);
    expect(automaton.step(last, classOf(automaton, "a"))).toBeUndefined();
    expect(automaton.cache).not.toBe(first);
    expect(automaton.cache.size).toBe(1);
    const moved = [3, 2, 1, 3].map((state) => automaton.adopt(first, state));
    expect(moved).toEqual([1, 2, 3, 1]);
    expect(moved.map((state) => automaton.cache.units[state])).toEqual([3, 2, 1, 3].map((state) => first.units[state]));
    expect(automaton.adopt(first, deadState)).toBe(deadState);
    const second = automaton.cache;
    const value = automaton.step(1, classOf(automaton, "a"));
    expect([value, automaton.cache]).toEqual([8, second]);
    expect(automaton.step(4, classOf(automaton, "a"))).toBeUndefined();
    expect(automaton.cache).not.toBe(second);
  });

  it("begins a new cache for a state in which matches begin", () => {
    const automaton = automatonOf(["\\ba"], {}, 1);
    const first = automaton.cache;
    expect(automaton.start(automaton.classes.edge)).toBeUndefined();
    expect(automaton.cache).not.toBe(first);
    expect([1, 2, 3].map(() => automaton.start(automaton.classes.edge))).toEqual([1, 1, 1]);
    const none = automatonOf(["(?<=b)a"], {}, 1);
    expect([1, 2, 3].map(() => none.start(none.classes.edge))).toEqual([undefined, deadState, deadState]);
  });

  it("waits once for what it is led to in two ways, and for nothing that cannot come", () => {
    const automaton = automatonOf(["(?:a?|b?)c", "[^\\0-\\uffff]"]);
    const start = stateAfter(automaton, "");
    expect(automaton.cache.units[start]).toHaveLength(4);
    expect(automaton.cache.ends[start]).toBeUndefined();
  });

  it("moves a state with all that it waits for into a new cache", () => {
    const automaton = automatonOf(["a(?!b)", "a|ac", "[ad](?=e)\\Be"]);
    const earlier = automaton.cache;
    const state = stateAfter(automaton, "a");
    automaton.cache = automatonOf(["a(?!b)", "a|ac", "[ad](?=e)\\Be"]).cache;
    const moved = automaton.adopt(earlier, state);
    const kept = (cache: typeof earlier, at: number) =>
      [cache.units, cache.pending, cache.previous, cache.ends, cache.limits, cache.quiet].map((each) => each[at]);
    expect(kept(automaton.cache, moved)).toEqual(kept(earlier, state));
    expect(automaton.cache.previous[moved]).toBeGreaterThanOrEqual(0);
  });
});
