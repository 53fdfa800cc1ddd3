import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { AwsCredentials, CredentialSource } from "./aws-credentials.ts";
import { credentialFailure } from "./credential-failure.ts";

const refreshMs = 5 * 60_000;
const leastMs = 60_000;
const patienceMs = 30_000;

/**
 * Asks a source no more often than need be: credentials are kept until five minutes before they expire, then replaced while they still
 * serve; in their last minute requests wait for the new ones. However many requests there are, the source is asked once. A source that
 * fails while they still hold is asked again after half a minute.
 */
export class CachedCredentials {
  readonly #source: CredentialSource;
  readonly #now: () => number;
  #kept: AwsCredentials | undefined;
  #asking: Promise<AwsCredentials> | undefined;
  #notBefore = 0;

  /** `now`: Unix time in milliseconds. */
  constructor(source: CredentialSource, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /**
   * Credentials that hold.
   * @throws GatewayError `upstream_auth` when there are none.
   */
  get(): MaybePromise<AwsCredentials> {
    const kept = this.#kept;
    if (kept === undefined) return this.#ask();
    const left = (kept.expiresAt ?? Number.POSITIVE_INFINITY) - this.#now();
    if (left > refreshMs) return kept;
    if (left <= leastMs) return this.#ask();
    if (this.#now() >= this.#notBefore) {
      this.#ask().catch(() => {
        this.#notBefore = this.#now() + patienceMs;
      });
    }
    return kept;
  }

  #ask(): Promise<AwsCredentials> {
    this.#asking ??= this.#fresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fresh(): Promise<AwsCredentials> {
    const fresh = await this.#source();
    if (fresh === undefined) throw credentialFailure("no source of AWS credentials is set up");
    this.#kept = fresh;
    return fresh;
  }
}
