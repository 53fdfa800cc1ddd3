import type { ConnectError } from "@connectrpc/connect";
import { endStreamFlag, endStreamToJson } from "@connectrpc/connect/protocol-connect";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { HttpOutgoing } from "../exchange.ts";
import { send } from "../send.ts";
import type { Trailers } from "./call-trailers.ts";
import { envelope } from "./envelope.ts";
import type { Reply } from "./reply.ts";

/** Writes Connect's streaming calls (https://connectrpc.com/docs/protocol#streaming-rpcs): the status is in the last envelope. */
export class ConnectStreamReply implements Reply {
  readonly #response: HttpOutgoing;

  constructor(response: HttpOutgoing, contentType: string) {
    this.#response = response;
    response.setHeader("content-type", contentType);
  }

  send(messages: readonly Uint8Array[]): MaybePromise<void> {
    return send(this.#response, envelope(messages));
  }

  finish(trailers: Trailers): void {
    this.#response.end(endStream(trailers));
  }

  fail(error: ConnectError, trailers: Trailers): void {
    this.#response.end(endStream(trailers, error));
  }
}

function endStream(trailers: Trailers, error?: ConnectError): Buffer {
  return envelope([Buffer.from(JSON.stringify(endStreamToJson(new Headers(trailers), error, undefined)))], endStreamFlag);
}
