import { GatewayError } from "../chat/error.ts";
import type { Lease } from "../chat/lease.ts";

/** So many requests that may run at one time, and a queue in front of them. */
export class RequestSlots {
  readonly #max: number;
  readonly #maxWaiting: number;
  readonly #provider: string;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /** `provider` is its name, for errors. */
  constructor(max: number, maxWaiting: number, provider: string) {
    this.#max = max;
    this.#maxWaiting = maxWaiting;
    this.#provider = provider;
  }

  /**
   * Takes a slot, which the taker frees: at once when one is free, else when those who came before have had theirs.
   * @returns undefined when it is taken at once; else a promise, which rejects with the error of a lease that ends before.
   * @throws GatewayError `overloaded` when too many wait.
   */
  take(lease: Lease): Promise<void> | undefined {
    if (this.#running < this.#max) {
      this.#running++;
      return undefined;
    }
    if (this.#waiting.size >= this.#maxWaiting) {
      const options = { provider: this.#provider, retryAfterMs: 1000 };
      throw new GatewayError("overloaded", "too many requests to this upstream are running", options);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      lease.onClose((error) => {
        if (this.#waiting.delete(resolve)) reject(error);
      });
    });
  }

  /** Gives a slot to whoever has waited longest. */
  free(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
