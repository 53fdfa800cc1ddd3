/// <reference path="./undici-pool.d.ts" />
import type { Dispatcher } from "undici";
import Pool from "undici/lib/dispatcher/pool.js";
import { GatewayError } from "../chat/error.ts";
import type { Lease } from "../chat/lease.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { HttpBody } from "./http-body.ts";

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

/** An upstream's reply, as soon as its headers are there. */
export interface HttpReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: HttpBody;
}

/** What an {@link HttpClient} needs. */
export interface HttpClientOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The provider's name, for errors. */
  readonly provider: string;
  readonly clock: Clock;
}

/**
 * Sends requests to one upstream origin over kept-alive connections, one running request on each, so that ending a request closes
 * nothing but its own connection and a slow reader slows nobody else. Never follows a redirect, asks for no compression and refuses
 * a compressed reply.
 */
export class HttpClient {
  readonly #pool: Pool;
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#pool = new Pool(options.origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: 10_000 },
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
      const handler = new ReplyHandler(this.#options, resolve, reject);
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

class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #options: HttpClientOptions;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: GatewayError) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #body: HttpBody | undefined;
  #abortedWith: GatewayError | undefined;

  constructor(options: HttpClientOptions, resolve: (reply: HttpReply) => void, reject: (error: GatewayError) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Ends the request from our side, in whatever state it is. */
  abort(error: GatewayError): void {
    this.#abortedWith = error;
    this.#body?.abandon(error);
    this.#reject(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortedWith !== undefined) controller.abort(this.#abortedWith);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      this.abort(new GatewayError("upstream_error", "the upstream compressed its reply unasked", this.#at()));
      return;
    }
    this.#body = new HttpBody(controller, this.#options.clock);
    this.#resolve({ status, headers, body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, read: Buffer): void {
    this.#body?.push(read);
  }

  onResponseEnd(): void {
    this.#body?.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#abortedWith ?? this.#failure(error);
    this.#body?.finish(failure);
    this.#reject(failure);
  }

  #failure(cause: Error): GatewayError {
    const code = "code" in cause ? String(cause.code) : "";
    if (code.endsWith("_TIMEOUT") || code === "ETIMEDOUT")
      return new GatewayError("upstream_timeout", "the upstream took too long", this.#at(cause));
    if (this.#body === undefined) return new GatewayError("upstream_error", "the upstream cannot be reached", this.#at(cause));
    return new GatewayError("upstream_interrupted", "the upstream broke off in the middle of its reply", this.#at(cause));
  }

  #at(cause?: Error) {
    return { cause, provider: this.#options.provider };
  }
}
