import { quantile } from "../statistics.ts";
import type { Outcome } from "./reply-reader.ts";

/** What came of an offered load. */
export interface Tally {
  readonly offered: number;
  /** Calls a second that were answered whole and in time, from a second and a half after the beginning to the end of the offer. */
  readonly goodput: number;
  /** Answered whole and in time. */
  readonly good: number;
  /** Answered whole, but late. */
  readonly late: number;
  /** By the error's code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Refusals as overloaded that do not say when to try again. */
  readonly withoutRetryAfter: number;
  /** Replies that were cut or make no sense, by how. */
  readonly broken: Readonly<Record<string, number>>;
  /** Connections that could not be made, and calls for which there was none. */
  readonly unconnected: number;
  /** Calls that had no answer when the waiting for it was over. */
  readonly unanswered: number;
  /** How late the clients themselves were, in milliseconds: the 99th percentile. It is in all times. */
  readonly clientLagMs: number;
  /** What was answered: beyond what the upstream took. What was refused: all of it. In milliseconds. */
  readonly answeredMs: { readonly p50: number; readonly p99: number };
  readonly refusedMs: { readonly p50: number; readonly p99: number };
}

/** How much longer than its upstream a call may take and still count as answered well. */
export const inTimeMs = 1000;
/** What passes before the goodput is counted: the first calls meet a gateway that has nothing to do. */
const settleMs = 1500;

/** Counts what becomes of calls. */
export class Count {
  offered = 0;
  unconnected = 0;
  /** How many are waited for. */
  waiting = 0;
  readonly #from = performance.now() + settleMs;
  readonly #until: number;
  #good = 0;
  #goodInWindow = 0;
  #late = 0;
  readonly #broken: Record<string, number> = {};
  #withoutRetryAfter = 0;
  readonly #refused: Record<string, number> = {};
  readonly #answeredMs: number[] = [];
  readonly #refusedMs: number[] = [];

  /** `seconds`: how long calls will be offered from now on. */
  constructor(seconds: number) {
    this.#until = this.#from - settleMs + seconds * 1000;
  }

  /** `tookMs`: since the call was offered. `ownMs`: what its upstream takes of that. */
  ended(outcome: Outcome, tookMs: number, ownMs: number): void {
    this.waiting -= 1;
    if (outcome.kind === "broken") this.#broken[outcome.how] = (this.#broken[outcome.how] ?? 0) + 1;
    else if (outcome.kind === "refused") {
      this.#refused[outcome.code] = (this.#refused[outcome.code] ?? 0) + 1;
      if (outcome.code === "overloaded" && !outcome.retryAfter) this.#withoutRetryAfter += 1;
      this.#refusedMs.push(tookMs);
    } else {
      const beyondMs = tookMs - ownMs;
      if (beyondMs > inTimeMs) this.#late += 1;
      else {
        this.#good += 1;
        const now = performance.now();
        if (now >= this.#from && now < this.#until) this.#goodInWindow += 1;
      }
      this.#answeredMs.push(beyondMs);
    }
  }

  read(clientLagMs: number): Tally {
    const quantiles = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
    return {
      offered: this.offered,
      goodput: (this.#goodInWindow * 1000) / (this.#until - this.#from),
      good: this.#good,
      late: this.#late,
      refused: this.#refused,
      withoutRetryAfter: this.#withoutRetryAfter,
      broken: this.#broken,
      unconnected: this.unconnected,
      unanswered: this.waiting,
      clientLagMs,
      answeredMs: quantiles(this.#answeredMs),
      refusedMs: quantiles(this.#refusedMs),
    };
  }
}
