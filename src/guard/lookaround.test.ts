import { describe, expect, it } from "vitest";
import { continuations, neighbourOf, opposite, otherWays, surrogatePair } from "./lookaround.ts";
import { parsePattern } from "./pattern-parser.ts";
import { type Continuation, type PatternNode, unit } from "./pattern-syntax.ts";
import { UnitSet } from "./unit-set.ts";

const [a, b] = [UnitSet.of("aa"), UnitSet.of("bb")];
const end: PatternNode = { kind: "after", set: UnitSet.empty, edge: true };
const refuse = (reason: string): never => {
  throw new Error(reason);
};

/** A way as a pattern would say it: units, `.` for any, `!a` for any but one, `$` for the text's end. */
function written({ sets, edge }: Continuation): string {
  return sets.map(writtenSet).join("") + (edge ? "$" : "");
}

function writtenSet(set: UnitSet): string {
  if (set.complement().isEmpty) return ".";
  const [from = 0, to] = set.ranges;
  return from === to ? String.fromCharCode(from) : `!${writtenSet(set.complement())}`;
}

describe("continuations", () => {
  it.each([
    ["a", ["a"]],
    ["abc", ["abc"]],
    ["a|bc|$", ["a", "bc", "$"]],
    ["(?:a|b)(?:c|d$)", ["ac", "ad$", "bc", "bd$"]],
    ["ab?c", ["ac", "abc"]],
    ["a{1,3}", ["a", "aa", "aaa"]],
    ["(?:ab){2}", ["abab"]],
    ["(?:|a)$", ["$", "a$"]],
  ])("of %s are %j", (source, ways) => {
    expect(continuations(parsePattern(source), refuse).map(written)).toEqual(ways);
  });

  it.each([
    ["$a", "nothing follows the end"],
    ["a+", "a lookahead has a bound"],
    ["a\\b", "a lookahead holds characters and $"],
    ["a^", "a lookahead holds characters and $"],
    ["a(?=b|$)", "a lookahead holds characters and $"],
    ["a(?=b)", "a lookahead holds characters and $"],
    ["a(?=bc)", "a lookahead holds characters and $"],
    ["(?:a|b){9}", "a lookahead has 256 ways at the most"],
  ])("of %s there are none: %s", (source, reason) => {
    expect(() => continuations(parsePattern(source), refuse)).toThrow(reason);
  });

  it("are 256 at the most", () => {
    expect(continuations(parsePattern("(?:a|b){8}"), refuse)).toHaveLength(256);
  });
});

describe("neighbourOf", () => {
  it.each<readonly [string, PatternNode, ReturnType<typeof neighbourOf>]>([
    ["a character", unit(a), { set: a, edge: false }],
    ["any character beyond the basic plane", surrogatePair, { set: UnitSet.surrogates, edge: false }],
    ["the text's start", { kind: "before", set: UnitSet.empty, edge: true }, { set: UnitSet.empty, edge: true }],
    ["the text's end", end, { set: UnitSet.empty, edge: true }],
    ["a choice", { kind: "choice", nodes: [unit(a), unit(b)] }, { set: UnitSet.of("ab"), edge: false }],
    ["a choice with an edge", { kind: "choice", nodes: [unit(a), end, unit(b)] }, { set: UnitSet.of("ab"), edge: true }],
    ["two characters", { kind: "sequence", nodes: [unit(a), unit(b)] }, undefined],
    ["a choice of two characters", { kind: "choice", nodes: [unit(a), { kind: "sequence", nodes: [] }] }, undefined],
    ["a repeat", { kind: "repeat", node: unit(a), least: 1, most: 2 }, undefined],
    ["a neighbour's own neighbour", { kind: "after", set: a, edge: false }, undefined],
    ["an edge or a neighbour", { kind: "before", set: a, edge: true }, undefined],
    ["several characters ahead", { kind: "ahead", ways: [] }, undefined],
  ])("of %s", (_, node, neighbour) => {
    const found = neighbourOf(node);
    expect(found && { set: found.set, edge: found.edge }).toEqual(neighbour);
  });

  it("has all others for its opposite", () => {
    expect(opposite({ set: a, edge: false })).toEqual({ set: a.complement(), edge: true });
    expect(opposite({ set: UnitSet.empty, edge: true })).toEqual({ set: UnitSet.all, edge: false });
  });
});

describe("otherWays", () => {
  it.each([
    ["$", ["."]],
    ["a", ["$", "!a"]],
    ["ab$", ["$", "!a", "a$", "a!b", "ab."]],
  ])("than %s are %j", (source, others) => {
    const [way = { sets: [], edge: false }] = continuations(parsePattern(source), refuse);
    expect(otherWays(way).map(written)).toEqual(others);
  });
});
