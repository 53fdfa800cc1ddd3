import type { Clock } from "../chat/ports/clock.ts";

/** The machine's time. Node keeps timers of one duration in one list, so adding and cancelling cost about a microsecond. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
