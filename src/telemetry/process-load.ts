import { getHeapStatistics } from "node:v8";
import type { Histogram } from "./histogram.ts";

/** How loaded the process may be before it should take no more work. */
export interface LoadLimits {
  /** How late the event loop may be, in milliseconds. */
  readonly eventLoopLag: number;
  /** The part of the heap's limit that may be in use, 0 to 1. */
  readonly heap: number;
}

const lookEveryMs = 100;

/** Watches how late the event loop is and how full the heap. */
export class ProcessLoad {
  readonly #limits: LoadLimits;
  readonly #lag: Histogram;
  readonly #timer: NodeJS.Timeout;
  #expectedAt = performance.now() + lookEveryMs;
  #overload: string | undefined;
  #lateLooks = 0;
  /** How late the event loop was at the last look, in milliseconds. */
  lagMs = 0;

  /** `lag` takes down how late the event loop is at every look, in seconds. */
  constructor(limits: LoadLimits, lag: Histogram) {
    this.#limits = limits;
    this.#lag = lag;
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /** Why no more work should be taken now; undefined: it can. */
  get overload(): string | undefined {
    return this.#overload;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.lagMs = Math.max(0, now - this.#expectedAt);
    this.#expectedAt = now + lookEveryMs;
    this.#lag.record(this.lagMs / 1000);
    this.#overload = this.#reason();
  }

  /** One late look may be a pause of the collector's or of the machine; the second in a row is load. */
  #reason(): string | undefined {
    this.#lateLooks = this.lagMs > this.#limits.eventLoopLag ? this.#lateLooks + 1 : 0;
    if (this.#lateLooks > 1) return "the gateway is busy";
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return used > limit * this.#limits.heap ? "the gateway is short of memory" : undefined;
  }
}
