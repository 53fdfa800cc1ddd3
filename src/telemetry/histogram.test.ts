import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "./histogram.ts";

describe("Histogram", () => {
  it.each([
    [-1, 0],
    [0, 0],
    [1, 0],
    [1.000001, 1],
    [5, 1],
    [10, 2],
    [10.5, 3],
    [Number.POSITIVE_INFINITY, 3],
  ])("counts %d in bucket %i: up to and including its bound", (value, bucket) => {
    const histogram = new Histogram([1, 5, 10]);
    histogram.record(value);
    expect(histogram.counts.indexOf(1)).toBe(bucket);
    expect(histogram.count).toBe(1);
  });

  it("counts as a plain count of every bucket would", () => {
    const value = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.uniqueArray(value, { maxLength: 12 }), fc.array(value), (bounds, values) => {
        bounds.sort((a, b) => a - b);
        const histogram = new Histogram(bounds);
        for (const each of values) histogram.record(each);
        const upTo = (bound: number) => values.filter((each) => each <= bound).length;
        const cumulative = [...bounds, Number.POSITIVE_INFINITY].map(upTo);
        expect(histogram.counts).toEqual(cumulative.map((count, at) => count - (cumulative[at - 1] ?? 0)));
        expect(histogram.count).toBe(values.length);
        expect(histogram.sum).toBe(values.reduce((sum, each) => sum + each, 0));
      }),
    );
  });
});
