import { type Dispatcher, Pool } from "undici";
import { GatewayError } from "../chat/error.ts";
import type { Lease } from "../chat/lease.ts";
import { HttpBody } from "./http-body.ts";

/** A request to an upstream. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
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

/**
 * Sends requests to one upstream origin over kept-alive connections. Never follows a redirect, asks for no compression and refuses
 * a compressed reply.
 */
export class HttpClient {
  readonly #pool: Pool;
  readonly #provider: string;

  /** `provider`: the name that errors carry. */
  constructor(origin: string, provider: string) {
    this.#pool = new Pool(origin, { connections: 1024, pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: 10_000 } });
    this.#provider = provider;
  }

  /**
   * Sends a request and waits for the reply's headers.
   * @throws GatewayError `upstream_error` when the upstream cannot be reached, `upstream_timeout`, or the lease's error.
   */
  send(request: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const { lease } = request;
      if (lease.error !== undefined) {
        reject(lease.error);
        return;
      }
      this.#pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: { "accept-encoding": "identity", ...request.headers },
          body: request.body ?? null,
        },
        new ReplyHandler(lease, this.#provider, resolve, reject),
      );
    });
  }

  /** Closes every connection at once. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #lease: Lease;
  readonly #provider: string;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: GatewayError) => void;
  #body: HttpBody | undefined;

  constructor(lease: Lease, provider: string, resolve: (reply: HttpReply) => void, reject: (error: GatewayError) => void) {
    this.#lease = lease;
    this.#provider = provider;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#lease.onClose((error) => {
      if (error !== undefined && !controller.aborted) controller.abort(error);
    });
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#body = new HttpBody(controller);
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      controller.abort(
        new GatewayError("upstream_error", "the upstream compressed its reply unasked", { provider: this.#provider }),
      );
      return;
    }
    this.#resolve({ status, headers, body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, read: Buffer): void {
    this.#body?.push(read);
  }

  onResponseEnd(): void {
    this.#body?.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#lease.error ?? (error instanceof GatewayError ? error : this.#failure(error));
    this.#body?.finish(failure);
    this.#reject(failure);
  }

  #failure(cause: Error): GatewayError {
    const options = { cause, provider: this.#provider };
    const code = "code" in cause ? String(cause.code) : "";
    if (code.endsWith("_TIMEOUT") || code === "ETIMEDOUT")
      return new GatewayError("upstream_timeout", "the upstream took too long", options);
    if (this.#body === undefined) return new GatewayError("upstream_error", "the upstream cannot be reached", options);
    return new GatewayError("upstream_interrupted", "the upstream broke off in the middle of its reply", options);
  }
}
