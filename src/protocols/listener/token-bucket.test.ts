import { describe, expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

/** How many of so many tries at one time succeed. */
function taken(bucket: TokenBucket, tries: number, now: number): number {
  return Array.from({ length: tries }, () => bucket.take(now)).filter(Boolean).length;
}

describe("a token bucket", () => {
  it("gives its burst at once and then nothing", () => {
    expect(taken(new TokenBucket({ burst: 5, perSecond: 2 }, 1000), 10, 1000)).toBe(5);
  });

  it("gives as many a second after that, and adds up parts of one", () => {
    const bucket = new TokenBucket({ burst: 5, perSecond: 2 }, 0);
    taken(bucket, 5, 0);
    expect([100, 200, 300, 400, 499].map((now) => bucket.take(now))).not.toContain(true);
    expect(bucket.take(501)).toBe(true);
    expect(taken(bucket, 10, 2501)).toBe(4);
  });

  it("never holds more than its burst, however long it waits", () => {
    const bucket = new TokenBucket({ burst: 5, perSecond: 2 }, 0);
    expect(taken(bucket, 10, 3_600_000)).toBe(5);
  });
});
