import type { Dispatcher } from "undici";
import { GatewayError } from "../chat/error.ts";
import type { Clock } from "../chat/ports/clock.ts";
import { RefusedAddress } from "./guarded-lookup.ts";
import { HttpBody } from "./http-body.ts";
import { RefusedTunnel } from "./tunnel-through.ts";

/** An upstream's reply, as soon as its headers are there. */
export interface HttpReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: HttpBody;
}

/** What becomes of one request. */
export interface ReplyOutcome {
  /** The reply's headers are there. */
  replied(reply: HttpReply): void;
  /** There will be no reply; or, after `replied`, its body has failed, which the body tells too. */
  failed(error: GatewayError): void;
  /** The request takes nothing any more: neither it nor its reply is under way. Told once. */
  over(): void;
}

/** Takes the reply to one request from undici, and turns what goes wrong into errors of ours. */
export class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #provider: string;
  readonly #clock: Clock;
  readonly #outcome: ReplyOutcome;
  #controller: Dispatcher.DispatchController | undefined;
  #body: HttpBody | undefined;
  #abortedWith: GatewayError | undefined;
  #isOver = false;

  constructor(provider: string, clock: Clock, outcome: ReplyOutcome) {
    this.#provider = provider;
    this.#clock = clock;
    this.#outcome = outcome;
  }

  /** Ends the request from our side, in whatever state it is. */
  abort(error: GatewayError): void {
    this.#abortedWith = error;
    this.#body?.abandon(error);
    this.#outcome.failed(error);
    this.#controller?.abort(error);
    this.#over();
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
    this.#body = new HttpBody(controller, this.#clock);
    this.#outcome.replied({ status, headers, body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, read: Buffer): void {
    this.#body?.push(read);
  }

  onResponseEnd(): void {
    this.#body?.finish();
    this.#over();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#abortedWith ?? this.#failure(error);
    this.#body?.finish(failure);
    this.#outcome.failed(failure);
    this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outcome.over();
  }

  #failure(cause: Error): GatewayError {
    const code = "code" in cause ? String(cause.code) : "";
    if (code.endsWith("_TIMEOUT") || code === "ETIMEDOUT")
      return new GatewayError("upstream_timeout", "the upstream took too long", this.#at(cause));
    if (cause instanceof RefusedAddress)
      return new GatewayError("upstream_error", "the upstream's name leads to where no upstream may be", this.#at(cause));
    if (cause instanceof RefusedTunnel)
      return new GatewayError("upstream_error", "the proxy does not connect to the upstream", this.#at(cause));
    if (this.#body === undefined) return new GatewayError("upstream_error", "the upstream cannot be reached", this.#at(cause));
    return new GatewayError("upstream_interrupted", "the upstream broke off in the middle of its reply", this.#at(cause));
  }

  #at(cause?: Error) {
    return { cause, provider: this.#provider };
  }
}
