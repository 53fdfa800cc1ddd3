import { GatewayError } from "../../chat/error.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { CallTrailers, type Told, type Trailers } from "./call-trailers.ts";
import { acceptedEncodings, acceptsGzip, gzip } from "./compression.ts";
import type { Describe } from "./error-details.ts";
import { openReply } from "./open-reply.ts";
import type { Reply } from "./reply.ts";
import { UnknownCompression } from "./rpc-fault.ts";
import type { Wire } from "./wire.ts";

/** Unary replies from this size on are compressed for clients that take it. */
const compressFrom = 1024;

/** One call in progress: its reply, the admitted call behind it, and what happens when the client goes. */
export class RpcCall {
  readonly wire: Wire;
  readonly #request: HttpIncoming;
  readonly #response: HttpOutgoing;
  readonly #reply: Reply;
  readonly #describe: Describe;
  readonly #trailers = new CallTrailers();
  #admitted: Admitted | undefined;
  #goneCallbacks: (() => void)[] = [];
  #gone = false;

  /** `describe`: how an error is written. */
  constructor(wire: Wire, request: HttpIncoming, response: HttpOutgoing, describe: Describe) {
    this.wire = wire;
    this.#request = request;
    this.#response = response;
    this.#describe = describe;
    this.#reply = openReply(wire, response);
    response.once("close", () => this.#close());
  }

  /** Whether the client went before its reply was complete. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The request's headers, by lower-case name. */
  get requestHeaders(): HttpIncoming["headers"] {
    return this.#request.headers;
  }

  /** The call behind. Only for methods with an operation. */
  get admitted(): Admitted {
    if (this.#admitted === undefined) throw new GatewayError("internal", "internal error");
    return this.#admitted;
  }

  /** @throws GatewayError `cancelled` when the client went while the call was being admitted. */
  begin(admitted: Admitted): void {
    this.#admitted = admitted;
    if (this.#gone) throw cancelled();
  }

  /** Sets a header of the reply. Before the first message of a stream; values of several lines are joined with a comma. */
  setHeader(name: string, value: string): void {
    this.#response.setHeader(name, value);
  }

  /** Sets metadata that follows the reply, good or bad. */
  setTrailer(name: string, value: string): void {
    this.#trailers.set(name, value);
  }

  /** Sees a reply before it is sent, or every chunk of one: what has the route makes the trailers. */
  observe(told: Told): void {
    this.#trailers.observe(told);
  }

  /** Calls back when the client goes before its reply is complete; at once if it has. */
  onGone(callback: () => void): void {
    if (this.#gone) callback();
    else this.#goneCallbacks.push(callback);
  }

  /** Sends encoded messages of a stream; with none, headers only. A promise while the client does not read. */
  send(messages: readonly Uint8Array[]): MaybePromise<void> {
    if (!this.#gone) return this.#reply.send(messages);
  }

  /** Ends a good stream. */
  finish(): void {
    if (this.#gone) return;
    void this.#reply.finish(this.#trailersAt(undefined));
    this.#admitted?.close();
  }

  /** Ends a good unary reply, compressed when that pays and the client takes it. */
  async finishWith(message: Uint8Array): Promise<void> {
    const compressed = message.length >= compressFrom && acceptsGzip(this.#request.headers[this.wire.acceptEncodingHeader]);
    const bytes = compressed ? await gzip(message) : message;
    if (this.#gone) return;
    if (compressed) this.#response.setHeader(this.wire.encodingHeader, "gzip");
    await this.#reply.finish(this.#trailersAt(undefined), { bytes, compressed });
    if (!this.#gone) this.#admitted?.close();
  }

  /** Ends the call and its reply with an error, at whatever point they are. */
  fail(error: GatewayError): void {
    if (!this.#gone && !this.#response.writableEnded) {
      if (error instanceof UnknownCompression) this.#response.setHeader(this.wire.acceptEncodingHeader, acceptedEncodings);
      this.#reply.fail(this.#describe(error), this.#trailersAt(error));
    }
    this.#admitted?.close(error);
  }

  #trailersAt(error: GatewayError | undefined): Trailers {
    return this.#trailers.at(error, this.#admitted?.route);
  }

  #close(): void {
    if (this.#response.writableEnded) return;
    this.#gone = true;
    this.#admitted?.close(cancelled());
    for (const callback of this.#goneCallbacks) callback();
  }
}

/** The error of a call whose client went. */
export function cancelled(): GatewayError {
  return new GatewayError("cancelled", "the client closed the connection");
}
