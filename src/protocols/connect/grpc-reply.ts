import type { ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { grpcStatusOk, headerGrpcStatus, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { type HttpOutgoing, writePart } from "../exchange.ts";
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

  send(messages: readonly Uint8Array[]): boolean {
    this.#begin();
    return writePart(this.#response, envelope(messages));
  }

  finish(trailers: Trailers, message?: OutgoingMessage): void {
    const response = this.#response;
    this.#begin();
    if (message !== undefined) writePart(response, envelope([message.bytes], message.compressed ? compressedFlag : 0));
    else if (!response.headersSent) writePart(response, envelope([])); // else HTTP/2 ends with the headers, without trailers
    response.addTrailers({ [headerGrpcStatus]: grpcStatusOk, ...trailers });
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
