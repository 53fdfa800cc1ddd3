import type { ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { grpcStatusOk, headerGrpcStatus, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { isPromise, type MaybePromise } from "../../chat/maybe-promise.ts";
import type { HttpOutgoing } from "../exchange.ts";
import { send } from "../send.ts";
import type { Trailers } from "./call-trailers.ts";
import { envelope } from "./envelope.ts";
import type { OutgoingMessage, Reply } from "./reply.ts";

/** Writes gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): the status is in the HTTP trailers. */
export class GrpcReply implements Reply {
  readonly #response: HttpOutgoing;

  constructor(response: HttpOutgoing, contentType: string) {
    this.#response = response;
    response.setHeader("content-type", contentType);
  }

  send(messages: readonly Uint8Array[]): MaybePromise<void> {
    this.#begin();
    return send(this.#response, envelope(messages));
  }

  finish(trailers: Trailers, message?: OutgoingMessage): MaybePromise<void> {
    const response = this.#response;
    this.#begin();
    response.addTrailers({ [headerGrpcStatus]: grpcStatusOk, ...trailers });
    const sent = message && send(response, envelope([message.bytes], message.compressed ? compressedFlag : 0));
    if (isPromise(sent)) return sent.then(() => void response.end());
    if (!response.headersSent) void send(response, envelope([])); // else HTTP/2 ends with the headers, without trailers
    response.end();
  }

  /** Before the first message, status and trailers are in the only header block ("Trailers-Only"). */
  fail(error: ConnectError, trailers: Trailers): void {
    const response = this.#response;
    const fields = { ...Object.fromEntries(setTrailerStatus(new Headers(), error)), ...trailers };
    if (response.headersSent) response.addTrailers(fields);
    else for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
    response.end();
  }

  /** HTTP/1.1 sends trailers only when they are announced. */
  #begin(): void {
    const response = this.#response;
    if (!response.headersSent && response.req.httpVersionMajor === 1) response.setHeader("trailer", headerGrpcStatus);
  }
}
