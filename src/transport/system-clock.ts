import type { Clock } from "../chat/ports/clock.ts";

/** The longest that Node's timers can wait, nearly 25 days: given more they do not wait at all. */
const longestMs = 2 ** 31 - 1;

/**
 * The machine's time. Waits 25 days at the most. Node's own timers: it keeps those of one duration in one list, so that adding and
 * cancelling one cost 0.2 µs with a thousand running, the same as on a timer wheel that was measured beside them.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestMs));
    return () => clearTimeout(timer);
  },
};
