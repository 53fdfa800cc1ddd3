import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ByteSpan } from "./stream.ts";

/**
 * A chat request as a protocol received it: what routing needs is known at once, the rest is decoded when somebody reads it.
 */
export interface IncomingChatRequest {
  /** The model the client asked for. */
  readonly model: string;
  /** Whether the client wants chunks. */
  readonly streamed: boolean;
  /** The body's `metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The client's own bytes, when a provider of the same protocol may forward them. */
  readonly wire?: WireRequest | undefined;
  /**
   * The request as a message: decoded and validated on first use, the same object every time.
   * @throws GatewayError `invalid_request` naming the field.
   */
  decode(): ChatCompletionRequest;
}

/**
 * A request body that may be forwarded with a few members replaced. It is a JSON object whose depth, duplicate keys and required members were checked.
 */
export interface WireRequest {
  /** The protocol the bytes are in. */
  readonly protocol: "openai";
  /** The body. */
  readonly bytes: Uint8Array;
  /** The names of the body's members. */
  readonly keys: readonly string[];
  /** Keys that not every vendor takes and that may be in its messages. */
  readonly watched: readonly string[];
  /** The value of `model`, with its quotes. */
  readonly model: ByteSpan;
  /** The value of `stream_options`; absent: the body has no such member. */
  readonly streamOptions?: ByteSpan | undefined;
  /** These members with their keys and one comma: what can be cut out, alone or together. */
  readonly streamOptionsMember?: ByteSpan | undefined;
  readonly metadataMember?: ByteSpan | undefined;
}
