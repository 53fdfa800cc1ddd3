import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/chat/ports/clock.ts";

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that only moves when told to. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers are running. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on by `ms`. Timers fire in order, each at its own time; before each and at the end promises and immediates get a
   * turn, so that what they set off can start timers that still fall into the time.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.due;
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  /** The timer that is due first, not after `end`; of several the one started first. */
  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    return first;
  }
}

/** Two turns of the event loop: one for what is waiting, one for what that set off. */
async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
