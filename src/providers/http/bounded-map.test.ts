import { expect, it } from "vitest";
import { boundedMap } from "./bounded-map.ts";

it("runs so many at a time, and gives results in the items' order", async () => {
  const steps = [0, 1, 2, 3].map(() => Promise.withResolvers<string>());
  const begun: number[] = [];
  const all = boundedMap([0, 1, 2, 3], 2, (item) => {
    begun.push(item);
    return steps[item]?.promise ?? Promise.reject(new Error("no such item"));
  });
  expect(begun).toEqual([0, 1]);
  steps[1]?.resolve("b");
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  steps[2]?.resolve("c");
  await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  steps[3]?.resolve("d");
  steps[0]?.resolve("a");
  expect(await all).toEqual(["a", "b", "c", "d"]);
});

it("starts no more after the first failure, which it rejects with", async () => {
  const other = Promise.withResolvers<string>();
  const begun: number[] = [];
  const all = boundedMap([0, 1, 2, 3], 2, (item) => {
    begun.push(item);
    return item === 0 ? Promise.reject(new Error("first")) : other.promise;
  });
  await expect(all).rejects.toThrow("first");
  other.resolve("late");
  await other.promise;
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
});

it("gives nothing for nothing", async () => {
  expect(await boundedMap([], 4, () => Promise.reject(new Error("not asked")))).toEqual([]);
});
