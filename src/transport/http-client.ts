/// <reference path="./undici-parts.d.ts" />
import Pool from "undici/lib/dispatcher/pool.js";
import type { Lease } from "../chat/lease.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { addressRules } from "./address-rules.ts";
import { proxyConnector, upstreamConnector } from "./connector.ts";
import { type HttpReply, ReplyHandler } from "./reply-handler.ts";
import { RequestSlots } from "./request-slots.ts";
import { type UpstreamSettings, usualConnection } from "./upstream-settings.ts";

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
 * a compressed reply. Sends nothing twice: a request whose connection breaks once any of it has been written has failed.
 */
export class HttpClient {
  readonly #pool: Pool;
  readonly #slots: RequestSlots;
  readonly #options: HttpClientOptions;
  /** What stands before every path, and headers of every request: a proxy that is asked in the clear wants the whole URL. */
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws Error when no upstream may be at the origin. */
  constructor(options: HttpClientOptions) {
    const { origin, provider, settings = {} } = options;
    const { connection = usualConnection } = settings;
    const { protocol, host, hostname } = new URL(origin);
    const rules = addressRules(settings.allowAddresses);
    const refused = rules(hostname);
    if (refused !== undefined) {
      throw new Error(`its URL leads to ${refused}, where no model is usually served; allowAddresses would allow it`);
    }
    const proxy = settings.proxyFor?.(new URL(origin));
    const inTheClear = proxy !== undefined && protocol === "http:";
    const authorization = inTheClear && proxy.authorization;
    this.#options = options;
    this.#prefix = inTheClear ? origin : "";
    this.#headers = {
      "accept-encoding": "identity",
      ...(inTheClear ? { host } : {}),
      ...(authorization ? { "proxy-authorization": authorization.reveal() } : {}),
    };
    this.#slots = new RequestSlots(connection.maxRequests, connection.maxWaiting, provider);
    this.#pool = new Pool(inTheClear ? proxy.origin : origin, {
      connect: inTheClear ? proxyConnector(connection) : upstreamConnector(settings, connection, rules, proxy),
      allowH2: connection.http2 && !inTheClear,
      // A connection is free a turn of the event loop after its reply: until then the pool lets the next request wait.
      ...(connection.http2 ? {} : { connections: connection.maxRequests }),
      pipelining: 1,
      keepAliveTimeout: connection.idleTimeout,
      keepAliveMaxTimeout: connection.idleTimeout, // what the upstream says can only make it shorter
      clientTtl: connection.maxAge,
      headersTimeout: 600_000, // an unstreamed reply sends nothing until the model has ended
    });
  }

  /**
   * Sends a request and waits for the reply's headers.
   * @throws GatewayError `upstream_error` when the upstream cannot be reached, `upstream_timeout`, `overloaded` when too many requests
   * wait, or the lease's error.
   */
  async send(request: HttpRequest): Promise<HttpReply> {
    const turn = this.#slots.take(request.lease);
    if (turn !== undefined) await turn;
    return this.#dispatch(request);
  }

  #dispatch({ method, path, headers, body, lease }: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const { provider, clock } = this.#options;
      const over = () => this.#slots.free();
      const handler = new ReplyHandler(provider, clock, { replied: resolve, failed: reject, over });
      lease.onClose((error) => {
        if (error !== undefined) handler.abort(error);
      });
      this.#pool.dispatch(
        { method, path: `${this.#prefix}${path}`, headers: { ...this.#headers, ...headers }, body: body ?? null },
        handler,
      );
    });
  }

  /** Closes every connection at once. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
