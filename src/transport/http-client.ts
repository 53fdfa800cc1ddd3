/// <reference path="./undici-parts.d.ts" />
import buildConnector from "undici/lib/core/connect.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type { Lease } from "../chat/lease.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { addressRules } from "./address-rules.ts";
import { guardedLookup } from "./guarded-lookup.ts";
import { type HttpReply, ReplyHandler } from "./reply-handler.ts";
import type { UpstreamSettings } from "./upstream-settings.ts";

/** A request to an upstream. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Path and query, below the client's origin. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Its end, when it is a bad one, aborts the request and closes its connection. */
  readonly lease: Lease;
}

/** What an {@link HttpClient} needs. */
export interface HttpClientOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The provider's name, for errors. */
  readonly provider: string;
  readonly clock: Clock;
  readonly settings?: UpstreamSettings | undefined;
}

/**
 * Sends requests to one upstream origin over kept-alive connections, one running request on each, so that ending a request closes
 * nothing but its own connection and a slow reader slows nobody else. Never follows a redirect, asks for no compression and refuses
 * a compressed reply.
 */
export class HttpClient {
  readonly #pool: Pool;
  readonly #options: HttpClientOptions;

  /** @throws Error when no upstream may be at the origin. */
  constructor(options: HttpClientOptions) {
    const { origin, settings = {} } = options;
    const rules = addressRules(settings.allowAddresses);
    const refused = rules(new URL(origin).hostname);
    if (refused !== undefined)
      throw new Error(`its URL leads to ${refused}, where no model is served; allowAddresses would allow it`);
    this.#pool = new Pool(origin, {
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: buildConnector({ allowH2: false, timeout: 10_000, lookup: guardedLookup(rules, settings.resolve) }),
      allowH2: false,
      headersTimeout: 600_000, // an unstreamed reply sends nothing until the model has ended
    });
    this.#options = options;
  }

  /**
   * Sends a request and waits for the reply's headers.
   * @throws GatewayError `upstream_error` when the upstream cannot be reached, `upstream_timeout`, or the lease's error.
   */
  send(request: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const handler = new ReplyHandler(this.#options.provider, this.#options.clock, { replied: resolve, failed: reject });
      request.lease.onClose((error) => {
        if (error !== undefined) handler.abort(error);
      });
      this.#pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: { "accept-encoding": "identity", ...request.headers },
          body: request.body ?? null,
        },
        handler,
      );
    });
  }

  /** Closes every connection at once. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
