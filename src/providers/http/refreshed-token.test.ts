import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { type ExpiringToken, RefreshedToken } from "./refreshed-token.ts";

/** A source that the test answers by hand. */
function source() {
  const asked: { resolve(token: ExpiringToken): void; reject(error: Error): void }[] = [];
  const obtain = () => {
    const { promise, resolve, reject } = Promise.withResolvers<ExpiringToken>();
    asked.push({ resolve, reject });
    return promise;
  };
  return { asked, obtain };
}

const hour = 3_600_000;

describe("a token", () => {
  it("is got once for everybody who waits, and then given at once", async () => {
    const { asked, obtain } = source();
    const token = new RefreshedToken({ obtain, clock: new FakeClock() });
    const waiting = [token.get(), token.get(), token.get()];
    expect(asked).toHaveLength(1);
    asked[0]?.resolve({ token: "a", lifetimeMs: hour });
    expect(await Promise.all(waiting)).toEqual(["a", "a", "a"]);
    expect(token.get()).toBe("a");
    expect(asked).toHaveLength(1);
  });

  it("is used while its successor is got, by one request", async () => {
    const { asked, obtain } = source();
    const clock = new FakeClock();
    const token = new RefreshedToken({ obtain, clock, earlyMs: 60_000 });
    const first = token.get();
    asked[0]?.resolve({ token: "a", lifetimeMs: hour });
    await first;
    await clock.advance(hour - 60_000);
    expect([token.get(), token.get()]).toEqual(["a", "a"]);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve({ token: "b", lifetimeMs: hour });
    await clock.advance(0);
    expect(token.get()).toBe("b");
  });

  it("that could not be replaced is asked for again", async () => {
    const { asked, obtain } = source();
    const clock = new FakeClock();
    const token = new RefreshedToken({ obtain, clock, earlyMs: 60_000 });
    const first = token.get();
    asked[0]?.resolve({ token: "a", lifetimeMs: hour });
    await first;
    await clock.advance(hour - 45_000);
    expect(token.get()).toBe("a");
    asked[1]?.reject(new Error("down"));
    await clock.advance(0);
    expect(token.get()).toBe("a");
    expect(asked).toHaveLength(3);
    await clock.advance(20_000);
    const late = token.get();
    asked[2]?.reject(new Error("still down"));
    await expect(late).rejects.toThrow("still down");
  });

  it.each([
    ["empty", { token: "", lifetimeMs: hour }],
    ["expired", { token: "a", lifetimeMs: 0 }],
    ["without an end", { token: "a", lifetimeMs: Number.NaN }],
  ])("that is %s is none", async (_what, given) => {
    const token = new RefreshedToken({ obtain: () => Promise.resolve(given), clock: new FakeClock() });
    await expect(token.get()).rejects.toMatchObject({ code: "upstream_auth" });
  });

  it("is not used after it was refused", async () => {
    let count = 0;
    const obtain = () => Promise.resolve({ token: `t${++count}`, lifetimeMs: hour });
    const token = new RefreshedToken({ obtain, clock: new FakeClock() });
    expect(await token.get()).toBe("t1");
    token.forget();
    expect(await token.get()).toBe("t2");
  });
});
