import type { ConnectError } from "@connectrpc/connect";
import type { MaybePromise } from "../../chat/maybe-promise.ts";
import type { Trailers } from "./call-trailers.ts";

/** A message as it goes out. */
export interface OutgoingMessage {
  readonly bytes: Uint8Array;
  /** Whether the bytes are gzip. */
  readonly compressed: boolean;
}

/** Writes one call's reply in one protocol. Status and headers leave with the first message or the end. */
export interface Reply {
  /** Sends messages of a stream; with none, status and headers only. A promise while the client does not read. */
  send(messages: readonly Uint8Array[]): MaybePromise<void>;
  /** Ends a good reply; a unary one with its message. A promise while the client does not read. */
  finish(trailers: Trailers, message?: OutgoingMessage): MaybePromise<void>;
  /** Ends the reply with an error, at whatever point it is. */
  fail(error: ConnectError, trailers: Trailers): void;
}
