import type { ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus, contentTypeUnaryJson, errorToJson } from "@connectrpc/connect/protocol-connect";
import { GatewayError } from "../../chat/error.ts";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { HttpOutgoing } from "../exchange.ts";
import { sendLast } from "../send.ts";
import type { Trailers } from "./call-trailers.ts";
import type { OutgoingMessage, Reply } from "./reply.ts";

/** Writes Connect's unary calls (https://connectrpc.com/docs/protocol#unary-request-response-rpcs): trailers are headers too. */
export class ConnectUnaryReply implements Reply {
  readonly #response: HttpOutgoing;
  readonly #contentType: string;

  constructor(response: HttpOutgoing, contentType: string) {
    this.#response = response;
    this.#contentType = contentType;
  }

  send(): never {
    throw new GatewayError("internal", "internal error", { cause: new Error("a unary call has no stream") });
  }

  finish(trailers: Trailers, message?: OutgoingMessage): MaybePromise<void> {
    this.#setTrailers(trailers);
    return this.#end(200, this.#contentType, message?.bytes ?? new Uint8Array());
  }

  fail(error: ConnectError, trailers: Trailers): void {
    this.#setTrailers(trailers);
    for (const [name, value] of error.metadata) this.#response.setHeader(name, value);
    // As a text it goes out in one write with the head.
    void this.#end(codeToHttpStatus(error.code), contentTypeUnaryJson, JSON.stringify(errorToJson(error, undefined)));
  }

  #setTrailers(trailers: Trailers): void {
    for (const [name, value] of Object.entries(trailers)) this.#response.setHeader(`trailer-${name}`, value);
  }

  #end(status: number, contentType: string, body: string | Uint8Array): MaybePromise<void> {
    const response = this.#response;
    response.statusCode = status;
    response.setHeader("content-type", contentType);
    response.setHeader("content-length", Buffer.byteLength(body));
    return sendLast(response, body);
  }
}
