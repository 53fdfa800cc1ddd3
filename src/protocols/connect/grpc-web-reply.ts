import type { ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import {
  grpcStatusOk,
  headerGrpcStatus,
  setTrailerStatus,
  trailerFlag,
  trailerSerialize,
} from "@connectrpc/connect/protocol-grpc-web";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { HttpOutgoing } from "../exchange.ts";
import { send, sendLast } from "../send.ts";
import type { Trailers } from "./call-trailers.ts";
import { envelope } from "./envelope.ts";
import type { OutgoingMessage, Reply } from "./reply.ts";

/**
 * Writes gRPC-Web (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md): the trailers are the body's last frame, also
 * when there is nothing else, so that a page of another origin can read them.
 */
export class GrpcWebReply implements Reply {
  readonly #response: HttpOutgoing;

  constructor(response: HttpOutgoing, contentType: string) {
    this.#response = response;
    response.setHeader("content-type", contentType);
  }

  send(messages: readonly Uint8Array[]): MaybePromise<void> {
    return send(this.#response, envelope(messages));
  }

  finish(trailers: Trailers, message?: OutgoingMessage): MaybePromise<void> {
    const end = trailerFrame(new Headers({ [headerGrpcStatus]: grpcStatusOk, ...trailers }));
    if (message === undefined) return sendLast(this.#response, end);
    return sendLast(this.#response, Buffer.concat([envelope([message.bytes], message.compressed ? compressedFlag : 0), end]));
  }

  fail(error: ConnectError, trailers: Trailers): void {
    this.#response.end(trailerFrame(setTrailerStatus(new Headers(trailers), error)));
  }
}

function trailerFrame(fields: Headers): Buffer {
  return envelope([trailerSerialize(fields)], trailerFlag);
}
