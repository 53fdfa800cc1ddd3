import { GatewayError } from "../../chat/error.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Clock } from "../../chat/ports/clock.ts";

/** A token and how long it is good. */
export interface ExpiringToken {
  readonly token: string;
  /** Milliseconds from now. */
  readonly lifetimeMs: number;
}

/** How a {@link RefreshedToken} is made. */
export interface RefreshedTokenOptions {
  /** Gets a new token. */
  readonly obtain: () => Promise<ExpiringToken>;
  readonly clock: Clock;
  /** A token that expires within this is replaced while it is still used. Milliseconds; default 5 minutes. */
  readonly earlyMs?: number;
}

/** A token this close to its end is not used any more, in milliseconds: a request has a way to go. */
const spareMs = 30_000;

/**
 * A token that is got when it is first needed, kept, and replaced before it expires: by one request at a time, and while the old one is
 * good nobody waits for that.
 */
export class RefreshedToken {
  readonly #options: RefreshedTokenOptions;
  #token = "";
  /** By the clock. */
  #expiresAt = Number.NEGATIVE_INFINITY;
  #obtaining: Promise<string> | undefined;

  constructor(options: RefreshedTokenOptions) {
    this.#options = options;
  }

  /**
   * The token.
   * @throws GatewayError what getting one failed with.
   */
  get(): MaybePromise<string> {
    const left = this.#expiresAt - this.#options.clock.now();
    const early = this.#options.earlyMs ?? 5 * 60_000;
    if (left > early) return this.#token;
    const obtaining = this.#refresh();
    if (left <= spareMs) return obtaining;
    obtaining.catch(() => {}); // the old one is good, and the next request tries again
    return this.#token;
  }

  /** Does not use the token any more: the upstream has refused it. */
  forget(): void {
    this.#expiresAt = Number.NEGATIVE_INFINITY;
  }

  #refresh(): Promise<string> {
    this.#obtaining ??= this.#obtain().finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #obtain(): Promise<string> {
    const { token, lifetimeMs } = await this.#options.obtain();
    if (token === "" || !(lifetimeMs > 0)) throw new GatewayError("upstream_auth", "the gateway was given no usable token");
    this.#token = token;
    this.#expiresAt = this.#options.clock.now() + lifetimeMs;
    return token;
  }
}
