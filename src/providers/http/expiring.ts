import type { Clock } from "../../chat/ports/clock.ts";

/** A value and how long it is good. */
export interface Expires<T> {
  readonly value: T;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** What an {@link Expiring} value is made of. */
export interface ExpiringOptions<T> {
  /** Fetches the value. May fail, and must end: it has a time limit of its own. Never runs twice at one time. */
  readonly load: () => Promise<Expires<T>>;
  /** Measures the waits after failures. */
  readonly clock: Clock;
  /** How long before its end a value is replaced, in milliseconds; of one that is short-lived, its last fifth. Default 5 minutes. */
  readonly aheadMs?: number;
  /** The wall clock, as Unix time in milliseconds: what a value's end is compared with, also after the machine has slept. */
  readonly wallNow?: () => number;
}

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/**
 * A credential that expires: an access token, temporary keys. It is fetched when it is first wanted and replaced, while the old one is still
 * given, by whoever wants it shortly before its end; nothing is fetched for nobody. All who wait, wait for one fetch. After a failure the
 * next fetch waits for a second, then for twice as long each time, up to a minute; meanwhile an old value that is good is given, and
 * without one the failure again.
 */
export class Expiring<T> {
  readonly #options: ExpiringOptions<T>;
  readonly #wallNow: () => number;
  #current: (Expires<T> & { readonly replaceAtMs: number }) | undefined;
  #loading: Promise<T> | undefined;
  #failure: { readonly reason: unknown; readonly until: number; readonly waitMs: number } | undefined;

  constructor(options: ExpiringOptions<T>) {
    this.#options = options;
    this.#wallNow = options.wallNow ?? Date.now;
  }

  /**
   * The value: itself when a good one is there, so that nobody has to wait for it.
   * @throws what `load` failed with; of a promise, as its rejection.
   */
  get(): T | Promise<T> {
    const now = this.#wallNow();
    const current = this.#current;
    const isGood = current !== undefined && now < current.expiresAtMs;
    if (isGood && now < current.replaceAtMs) return current.value;
    const failure = this.#failure;
    const mayLoad = failure === undefined || this.#options.clock.now() >= failure.until;
    if (isGood) {
      if (mayLoad) this.#load().catch(() => undefined); // the next one tries again
      return current.value;
    }
    return mayLoad || this.#loading !== undefined ? this.#load() : Promise.reject(failure.reason);
  }

  /** Forgets the value, because who checks it has refused it: the next `get` fetches another one. A fetch that runs is waited for. */
  refused(value: T): void {
    if (this.#current?.value === value) this.#current = undefined;
  }

  #load(): Promise<T> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<T> {
    const { load, clock, aheadMs = 300_000 } = this.#options;
    try {
      const { value, expiresAtMs } = await load();
      const lastsMs = expiresAtMs - this.#wallNow();
      this.#current = { value, expiresAtMs, replaceAtMs: expiresAtMs - Math.min(aheadMs, lastsMs / 5) };
      this.#failure = undefined;
      return value;
    } catch (reason) {
      const waitMs = this.#failure === undefined ? firstWaitMs : Math.min(2 * this.#failure.waitMs, longestWaitMs);
      this.#failure = { reason, until: clock.now() + waitMs, waitMs };
      throw reason;
    }
  }
}
