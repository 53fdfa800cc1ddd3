import { AdmittedShare } from "./admitted-share.ts";
import type { Histogram } from "./histogram.ts";
import { oldGenerationUsed } from "./old-generation.ts";

/** How loaded the process may be before it takes fewer calls. */
export interface LoadLimits {
  /** How late the event loop may be, in milliseconds. */
  readonly eventLoopLag: number;
  /** What the old generation of the heap may have in use, in bytes. */
  readonly heapBytes: number;
}

const lookEveryMs = 20;

/** Watches how late the event loop is and how full the heap, and says which calls are too many. */
export class ProcessLoad {
  readonly #heapBytes: number;
  readonly #share: AdmittedShare;
  readonly #lag: Histogram;
  readonly #timer: NodeJS.Timeout;
  #expectedAt = performance.now() + lookEveryMs;
  #full = false;

  /** `lag` takes down how late the event loop is at every look, in seconds. */
  constructor(limits: LoadLimits, lag: Histogram) {
    this.#heapBytes = limits.heapBytes;
    this.#share = new AdmittedShare(limits.eventLoopLag);
    this.#lag = lag;
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /** What one more call would be too much for; undefined: it is taken. Asked once for each. */
  excess(): "memory" | "time" | undefined {
    if (this.#full) return "memory";
    return this.#share.take() ? undefined : "time";
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const lagMs = Math.max(0, now - this.#expectedAt);
    this.#expectedAt = now + lookEveryMs;
    this.#lag.record(lagMs / 1000);
    this.#share.look(lagMs);
    this.#full = oldGenerationUsed() > this.#heapBytes;
  }
}
