import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { rangesOf } from "../../test/support/ranges-of.ts";
import { UnitClasses } from "./unit-classes.ts";
import { UnitSet } from "./unit-set.ts";

/** Few units, at both ends and around letters: ranges touch, overlap and are empty often. */
const units = [0, 1, 2, 3, 4, 5, 64, 65, 66, 90, 91, 97, 98, 122, 123, 0xe9, 0xc9, 0xfffd, 0xfffe, 0xffff];
const range = fc.tuple(fc.constantFrom(...units), fc.nat(3)).map(([from, more]) => [from, Math.min(0xffff, from + more)]);
const set = fc.array(range, { maxLength: 5 }).map((ranges) => ({ ranges, set: UnitSet.fromRanges(ranges.flat()) }));
const near = [...new Set(units.flatMap((unit) => [unit - 1, unit, unit + 1, unit + 2, unit + 3, unit + 4]))].filter(
  (unit) => unit >= 0 && unit <= 0xffff,
);
const isIn = (ranges: readonly (readonly number[])[], unit: number) =>
  ranges.some(([from = 0, to = 0]) => unit >= from && unit <= to);

describe("UnitSet", () => {
  it("does what sets do", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const union = UnitSet.union(a.set, b.set);
        const others = a.set.complement();
        const rest = a.set.without(b.set);
        const wrong = near.filter((unit) => {
          const [inA, inB] = [isIn(a.ranges, unit), isIn(b.ranges, unit)];
          const own = [a.set, others, union, rest].map((each) => each.has(unit));
          return String(own) !== String([inA, !inA, inA || inB, inA && !inB]);
        });
        expect(wrong).toEqual([]);
        expect(a.set.isEmpty).toBe(a.ranges.length === 0);
        expect(a.set.complement().complement()).toEqual(a.set);
      }),
      runsOf(1000),
    );
  });

  it("keeps its ranges sorted and apart", () => {
    expect(UnitSet.fromRanges([5, 7, 1, 2, 3, 3, 9, 9, 5, 5]).ranges).toEqual([1, 3, 5, 7, 9, 9]);
    expect(UnitSet.all.complement()).toEqual(UnitSet.empty);
    expect(UnitSet.empty.complement()).toEqual(UnitSet.all);
  });

  it("knows JavaScript's classes, unit by unit", () => {
    const own = [UnitSet.digits, UnitSet.word, UnitSet.space, UnitSet.lineEnds.complement()].map(({ ranges }) => ranges);
    expect(own).toEqual([/\d/, /\w/, /\s/, /./].map((known) => rangesOf((unit) => known.test(String.fromCharCode(unit)))));
    expect([0xd7ff, 0xd800, 0xdfff, 0xe000].map((unit) => UnitSet.surrogates.has(unit))).toEqual([false, true, true, false]);
  });

  it("adds the other case of letters that have one of one unit", () => {
    expect(UnitSet.of("az").inBothCases()).toEqual(UnitSet.of("AZaz"));
    expect(UnitSet.of("ÉÉßß11").inBothCases()).toEqual(UnitSet.of("ééÉÉßß11"));
  });
});

describe("UnitClasses", () => {
  it.each([
    ["all units", ["\u0000\uffff"], 1],
    ["the last unit and the others", ["\uffff\uffff"], 2],
    ["the first unit and the others", ["\u0000\u0000"], 2],
    ["two that overlap, both of them, and neither", ["ac", "bd"], 4],
    ["one said twice", ["ac", "ac"], 2],
  ])("has one class for each: %s", (_, sets, classes) => {
    const { count, edge } = new UnitClasses(sets.map(UnitSet.of));
    expect([count, edge]).toEqual([classes + 1, classes]);
  });

  it("puts units into one class exactly when they are in the same sets", () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 4 }), (sets) => {
        const classes = new UnitClasses(sets.map((each) => each.set));
        const keys = new Map<string, number>();
        const members = sets.map((each) => classes.membersOf(each.set));
        const wrong = near.filter((unit) => {
          const key = sets.map(({ ranges }) => (isIn(ranges, unit) ? 1 : 0)).join();
          const own = classes.of[unit] ?? -1;
          const known = keys.get(key) ?? own;
          keys.set(key, own);
          return own !== known || own < 0 || own >= classes.edge || members.map((each) => each[own]).join() !== key;
        });
        expect(wrong).toEqual([]);
        expect(members.map((each) => each[classes.edge])).toEqual(sets.map(() => 0));
        expect(classes.count).toBe(classes.edge + 1);
        expect([new Set(keys.values()).size, keys.size]).toEqual([classes.edge, classes.edge]);
        expect(sets.every((each, i) => classes.membersOf(each.set) === members[i])).toBe(true);
      }),
      runsOf(300),
    );
  });
});
