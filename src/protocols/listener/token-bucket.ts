/** How much at once, and how much per second after that. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts something that may happen so often and no more. Times in milliseconds of a clock that never goes back. */
export class TokenBucket {
  readonly #allowance: Allowance;
  #tokens: number;
  #at: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#tokens = allowance.burst;
    this.#at = now;
  }

  /** Takes one; false when there is none left. */
  take(now: number): boolean {
    const { burst, perSecond } = this.#allowance;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
