import { expect, it } from "vitest";
import { systemClock } from "./system-clock.ts";

it("calls back when it is time, in order, and not what is cancelled or far away", async () => {
  const seen: string[] = [];
  const begun = systemClock.now();
  const cancels = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map((ms) => systemClock.after(ms, () => seen.push("far away")));
  systemClock.after(1, () => seen.push("cancelled"))();
  systemClock.after(0, () => seen.push("at once"));
  await new Promise<void>((resolve) => void systemClock.after(10, resolve));
  for (const cancel of cancels) cancel();
  expect(seen).toEqual(["at once"]);
  expect(systemClock.now() - begun).toBeGreaterThan(9); // Node's timers count whole milliseconds
});
