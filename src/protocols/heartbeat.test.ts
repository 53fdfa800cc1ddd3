import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

let heartbeat: Heartbeat;
let beats: number;
const beat = () => {
  beats += 1;
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  heartbeat = new Heartbeat(300);
  beats = 0;
});
afterEach(() => {
  heartbeat.close();
  vi.useRealTimers();
});

describe("a heartbeat", () => {
  it("comes after so much silence, and again after as much", () => {
    heartbeat.add(beat);
    vi.advanceTimersByTime(299);
    expect(beats).toBe(0);
    vi.advanceTimersByTime(1);
    expect(beats).toBe(1);
    vi.advanceTimersByTime(600);
    expect(beats).toBe(3);
  });

  it("does not come while the stream writes", () => {
    const pulse = heartbeat.add(beat);
    for (let at = 0; at < 10; at++) {
      vi.advanceTimersByTime(200);
      pulse.wrote = true;
    }
    expect(beats).toBe(0);
    vi.advanceTimersByTime(400); // silence is noticed at the next tick, a third late at the most
    expect(beats).toBe(1);
  });

  it("is each stream's own", () => {
    heartbeat.add(beat);
    const other = heartbeat.add(() => expect.unreachable());
    for (let at = 0; at < 3; at++) {
      other.wrote = true;
      vi.advanceTimersByTime(100);
    }
    expect(beats).toBe(1);
    other.stop();
  });

  it("stops with its stream, and all stop at the end", () => {
    heartbeat.add(beat).stop();
    vi.advanceTimersByTime(1000);
    heartbeat.add(beat);
    heartbeat.close();
    vi.advanceTimersByTime(1000);
    expect(beats).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
