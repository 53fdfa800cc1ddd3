import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";

describe("FakeClock", () => {
  it("fires what is due, in order, each at its time, also what that starts", async () => {
    const clock = new FakeClock(100);
    const seen: string[] = [];
    const mark = (name: string) => () => seen.push(`${name} ${clock.now()}`);
    clock.after(20, mark("late"));
    clock.after(10, () => {
      mark("early")();
      void Promise.resolve().then(() => clock.after(5, mark("started")));
    });
    clock.after(10, mark("second"));
    clock.after(0, mark("now"));
    clock.after(21, mark("never"));
    const cancel = clock.after(1, mark("cancelled"));
    cancel();
    expect(clock.pending).toBe(5);
    await clock.advance(20);
    expect(seen).toEqual(["now 100", "early 110", "second 110", "started 115", "late 120"]);
    expect(clock.now()).toBe(120);
    expect(clock.pending).toBe(1);
  });
});
