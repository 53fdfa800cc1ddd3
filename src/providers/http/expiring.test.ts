import { beforeEach, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { type Expires, Expiring } from "./expiring.ts";

const hour = 3_600_000;
const minute = 60_000;
const began = Date.UTC(2026, 0, 1);

let clock: FakeClock;
let token: Expiring<string>;
/** The fetches that run. */
let fetches: PromiseWithResolvers<Expires<string>>[];
/** How many there have been. */
let fetched: number;

beforeEach(() => {
  clock = new FakeClock();
  fetches = [];
  fetched = 0;
  const load = () => {
    const fetch = Promise.withResolvers<Expires<string>>();
    fetches.push(fetch);
    fetched++;
    return fetch.promise;
  };
  token = new Expiring({ load, clock, wallNow: () => began + clock.now() });
});

/** Ends the fetch that runs: with a value for so long, or with a failure. */
async function answer(value: string | Error, lastsMs = hour): Promise<void> {
  const fetch = fetches.shift() ?? expect.unreachable("nothing is fetched");
  if (typeof value === "string") fetch.resolve({ value, expiresAtMs: began + clock.now() + lastsMs });
  else fetch.reject(value);
  await clock.advance(0);
}

/** What is given, or what it fails with. */
const given = async () => {
  try {
    return await token.get();
  } catch (error) {
    return error;
  }
};

it("is fetched once for all who want it first, and then given without waiting", async () => {
  expect(fetched).toBe(0);
  const first = [token.get(), token.get(), token.get()];
  expect(fetched).toBe(1);
  await answer("a");
  expect(await Promise.all(first)).toEqual(["a", "a", "a"]);
  await clock.advance(54 * minute);
  expect(token.get()).toBe("a");
  expect(fetched).toBe(1);
});

it("is replaced before its end, while the old one is given", async () => {
  void token.get();
  await answer("a");
  await clock.advance(55 * minute);
  expect([token.get(), token.get()]).toEqual(["a", "a"]);
  expect(fetched).toBe(2);
  await answer("b");
  expect(token.get()).toBe("b");
  await clock.advance(54 * minute);
  expect(token.get()).toBe("b");
  expect(fetched).toBe(2);
});

it("is replaced in its last fifth when it is short-lived, and not given in its last tenth", async () => {
  void token.get();
  await answer("a", minute);
  await clock.advance(47_999);
  expect([token.get(), fetched]).toEqual(["a", 1]);
  await clock.advance(1);
  expect([token.get(), fetched]).toEqual(["a", 2]);
  await clock.advance(5999);
  expect(token.get()).toBe("a");
  await clock.advance(1);
  expect(token.get()).toBeInstanceOf(Promise);
  expect(fetched).toBe(2);
});

it("may have no end", async () => {
  void token.get();
  await answer("a", Number.POSITIVE_INFINITY);
  await clock.advance(1e12);
  expect([token.get(), fetched]).toEqual(["a", 1]);
});

it("is not given in its last half a minute, for a request has a way to go: who wants it waits for the next", async () => {
  void token.get();
  await answer("a");
  await clock.advance(hour - 30_001);
  expect([token.get(), fetched]).toEqual(["a", 2]);
  await answer(new Error("down"));
  await clock.advance(1000);
  const next = [given(), given()];
  expect(fetched).toBe(3);
  await answer("b");
  expect(await Promise.all(next)).toEqual(["b", "b"]);
});

it("is the old one while it is good and cannot be replaced; fetches wait longer each time", async () => {
  void token.get();
  await answer("a");
  await clock.advance(55 * minute);
  const before = fetched;
  for (const wait of [1000, 2000, 4000]) {
    expect(token.get()).toBe("a");
    await answer(new Error("down"));
    await clock.advance(wait - 1);
    expect(token.get()).toBe("a");
    expect(fetches).toHaveLength(0);
    await clock.advance(1);
  }
  expect(fetched - before).toBe(3);
  expect(token.get()).toBe("a");
  await answer("b");
  expect(token.get()).toBe("b");
});

it("fails as the fetch did, at once until the next one is due, which is never more than a minute", async () => {
  const down = new Error("down");
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000)) {
    const failed = [given(), given()];
    await answer(down);
    expect(await Promise.all(failed)).toEqual([down, down]);
    await clock.advance(wait - 1);
    expect(await given()).toBe(down);
    expect(fetches).toHaveLength(0);
    await clock.advance(1);
  }
  expect(fetched).toBe(8);
  const next = given();
  await answer("a");
  expect(await next).toBe("a");
  await clock.advance(10_000);
  token.refused();
  const again = given();
  await answer(down);
  expect(await again).toBe(down);
  await clock.advance(1000); // a success has made the wait short again
  void given();
  expect(fetches).toHaveLength(1);
});

it("that is refused is fetched again", async () => {
  void token.get();
  await answer("a");
  await clock.advance(10_000);
  token.refused();
  const next = [given(), given()];
  expect(fetched).toBe(2);
  await answer("b");
  expect(await Promise.all(next)).toEqual(["b", "b"]);
});

it("that is refused is kept when it is new: it was the one before it, or the next would be refused, too", async () => {
  token.refused();
  void token.get();
  token.refused();
  await answer("a");
  await clock.advance(9999);
  token.refused();
  expect([token.get(), fetched]).toEqual(["a", 1]);
});

it("that is refused while it is replaced is not given, but waited for", async () => {
  void token.get();
  await answer("a");
  await clock.advance(55 * minute);
  expect(token.get()).toBe("a");
  token.refused();
  const next = given();
  expect(fetched).toBe(2);
  await answer("b");
  expect(await next).toBe("b");
});

it("is compared with the wall clock, which goes on while the machine sleeps", async () => {
  let slept = 0;
  const load = () => Promise.resolve({ value: fetched++, expiresAtMs: began + slept + hour });
  const one = new Expiring({ load, clock, wallNow: () => began + slept });
  expect(await one.get()).toBe(0);
  slept = hour;
  expect(await one.get()).toBe(1);
});

it("that never was good fails no fetch after it", async () => {
  const first = given();
  await answer("a", -1);
  expect(await first).toBe("a");
  const second = given();
  expect(fetched).toBe(2);
  await answer("b");
  expect(await second).toBe("b");
});
