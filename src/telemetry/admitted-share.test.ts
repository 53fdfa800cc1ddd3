import { describe, expect, it } from "vitest";
import { AdmittedShare } from "./admitted-share.ts";

const limitMs = 50;

/** How many of so many calls are taken. */
const taken = (share: AdmittedShare, of: number) => Array.from({ length: of }, () => share.take()).filter(Boolean).length;

/** A share that has been looked at so often, each time as late. */
function shareAfter(...lags: readonly number[]): AdmittedShare {
  const share = new AdmittedShare(limitMs);
  for (const lag of lags) share.look(lag);
  return share;
}

describe("the share of calls that is taken", () => {
  it.each([
    ["before anything is known", []],
    ["while turns are in time", [0, 50, 20, 50]],
    ["after one pause", [0, 900, 3]],
    ["after two pauses", [900, 900, 3]],
    ["after pauses with turns in time between them", [900, 0, 900, 900, 0, 900]],
  ])("is everything %s", (_, lags) => {
    expect(taken(shareAfter(...lags), 100)).toBe(100);
  });

  it.each([
    [100, 50],
    [200, 25],
    [400, 12],
  ])("is what fits into the limit when turns are %d ms late: %d of 100", (lag, wanted) => {
    expect(taken(shareAfter(lag, lag, lag), 100)).toBe(wanted);
  });

  it("becomes smaller while turns stay late", () => {
    expect(taken(shareAfter(100, 100, 100, 100), 100)).toBe(25);
  });

  it("never becomes less than a tenth: the lateness may not be the calls'", () => {
    expect(taken(shareAfter(900, 900, 900, 900, 900), 1000)).toBeGreaterThanOrEqual(99);
  });

  it("is spread evenly", () => {
    const share = shareAfter(200, 200, 200);
    const first = Array.from({ length: 8 }, () => share.take());
    expect(first).toEqual([false, false, false, true, false, false, false, true]);
  });

  it("grows to everything again once turns are in time, not at once", () => {
    const share = shareAfter(500, 500, 500);
    let looks = 0;
    for (; taken(share, 100) < 100; looks++) share.look(0);
    expect(looks).toBeGreaterThan(20);
    expect(looks).toBeLessThan(60);
  });
});
