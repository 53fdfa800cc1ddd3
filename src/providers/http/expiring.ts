import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Clock } from "../../chat/ports/clock.ts";

/** A value and how long it is good. */
export interface Expires<T> {
  readonly value: T;
  /** Unix time in milliseconds; infinite: it is good until it is refused. */
  readonly expiresAtMs: number;
}

/** What an {@link Expiring} value is made of. */
export interface ExpiringOptions<T> {
  /** Fetches the value. May fail, and must end: it has a time limit of its own. Never runs twice at one time. */
  readonly load: () => Promise<Expires<T>>;
  /** Measures the waits after failures. */
  readonly clock: Clock;
  /** The wall clock, as Unix time in milliseconds: what a value's end is compared with, also after the machine has slept. */
  readonly wallNow: () => number;
}

interface Kept<T> {
  readonly value: T;
  /** By the wall clock. */
  readonly replaceAt: number;
  readonly endsAt: number;
  /** By the clock. */
  readonly loadedAt: number;
}

const minuteMs = 60_000;
/** How long before its end a value is replaced; of one that is short-lived, its last fifth. */
const aheadMs = 5 * minuteMs;
/** How long before its end a value is not given any more, for a request has a way to go; of one that is short-lived, its last tenth. */
const spareMs = 30_000;
const firstWaitMs = 1000;
const longestWaitMs = minuteMs;
/** How old a value must be for its being refused to mean that another one would not be. */
const youngMs = 10_000;

/**
 * A credential that expires: an access token, temporary keys. It is fetched when it is first wanted and replaced, while the old one is still
 * given, by whoever wants it shortly before its end; nothing is fetched for nobody. All who wait, wait for one fetch. After a failure the
 * next fetch waits for a second, then for twice as long each time, up to a minute; meanwhile an old value that is good is given, and
 * without one the failure again.
 */
export class Expiring<T> {
  readonly #options: ExpiringOptions<T>;
  #kept: Kept<T> | undefined;
  #loading: Promise<T> | undefined;
  #failure: { readonly reason: unknown; readonly until: number; readonly waitMs: number } | undefined;

  constructor(options: ExpiringOptions<T>) {
    this.#options = options;
  }

  /**
   * The value: itself when a good one is there, so that nobody has to wait for it.
   * @throws what `load` failed with; of a promise, as its rejection.
   */
  get(): MaybePromise<T> {
    const now = this.#options.wallNow();
    const kept = this.#kept;
    if (kept === undefined || now >= kept.endsAt) return this.#loading ?? this.#load();
    if (now >= kept.replaceAt && this.#loading === undefined) this.#load().catch(() => undefined); // the next one tries again
    return kept.value;
  }

  /**
   * Forgets the value, because who checks it has refused it: the next `get` fetches another one. A value of the last ten seconds is kept:
   * either one before it was refused, or the next would be, too.
   */
  refused(): void {
    if (this.#kept !== undefined && this.#options.clock.now() >= this.#kept.loadedAt + youngMs) this.#kept = undefined;
  }

  /** Fetches, or fails as the last time when that was only just. */
  #load(): Promise<T> {
    const failure = this.#failure;
    if (failure !== undefined && this.#options.clock.now() < failure.until) return Promise.reject(failure.reason);
    this.#loading = this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<T> {
    const { load, clock, wallNow } = this.#options;
    try {
      const { value, expiresAtMs } = await load();
      const lastsMs = expiresAtMs - wallNow();
      this.#kept = {
        value,
        replaceAt: expiresAtMs - Math.min(aheadMs, lastsMs / 5),
        endsAt: expiresAtMs - Math.min(spareMs, lastsMs / 10),
        loadedAt: clock.now(),
      };
      this.#failure = undefined;
      return value;
    } catch (reason) {
      const waitMs = this.#failure === undefined ? firstWaitMs : Math.min(2 * this.#failure.waitMs, longestWaitMs);
      this.#failure = { reason, until: clock.now() + waitMs, waitMs };
      throw reason;
    }
  }
}
