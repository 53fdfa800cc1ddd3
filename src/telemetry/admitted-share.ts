/** What the share grows by at every look that was in time. */
const step = 0.02;
const looksBeforeLoad = 3;
/** What is taken however late turns are: they may be late because of others on the machine, and refusing calls does not help then. */
const least = 0.1;

/**
 * How much of the new calls is taken, so that a turn of the event loop does not become longer than a limit. A turn that took twice the
 * limit had twice the work that fits in: the share becomes half. It grows again slowly while turns are in time. Spread evenly:
 * of a share of a third, every third call is taken.
 */
export class AdmittedShare {
  readonly #limitMs: number;
  #share = 1;
  #due = 0;
  #late = 0;

  /** `limitMs`: how late the event loop may be. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Takes down how late the event loop is. One or two late looks may be pauses of the collector's; the third in a row is load. */
  look(lagMs: number): void {
    this.#late = lagMs > this.#limitMs ? this.#late + 1 : 0;
    if (this.#late >= looksBeforeLoad) this.#share = Math.max(least, (this.#share * this.#limitMs) / lagMs);
    else if (this.#late === 0) this.#share = Math.min(1, this.#share + step);
  }

  /** Whether one more call is taken. Asked once for each. */
  take(): boolean {
    if (this.#share === 1) return true;
    this.#due += this.#share;
    if (this.#due < 1) return false;
    this.#due -= 1;
    return true;
  }
}
