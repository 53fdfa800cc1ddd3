import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { GatewayError } from "./error.ts";
import type { Immutable } from "./immutable.ts";

/**
 * The only currency of a reply, streamed or not: batches of events. A batch is what one upstream read produced, never delayed
 * to fill, never empty. An unstreamed reply is a stream of one event. An error is a throw from `next()`.
 */
export interface ChatStream extends AsyncIterable<readonly StreamEvent[]> {
  /** Ends the stream from outside: frees the attempt behind it. Idempotent; legal before, during and after iteration. */
  cancel(reason: GatewayError): void;
}

/** One piece of a reply. An edit is a new event without `wire`. */
export interface StreamEvent {
  /** The upstream's own bytes, when they may be forwarded to a client of the same protocol. */
  readonly wire?: WireFrame | undefined;
  /** The piece as a message: decoded once, on first use. */
  chunk(): Immutable<ChatCompletionChunk>;
}

/** Bytes `start` to `end` (exclusive) of a frame or a body. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** An upstream's own JSON for one event, with the spans that may have to be replaced on the way to the client. */
export interface WireFrame {
  /** The protocol the bytes are in. */
  readonly protocol: "openai";
  /** `chunk`: one `data:` payload of a stream, without framing. `completion`: a whole unstreamed body. */
  readonly kind: "chunk" | "completion";
  /** The buffer the JSON lies in. Owned by the event: never written to again by its producer. */
  readonly bytes: Uint8Array;
  /** Where the JSON lies in `bytes`. */
  readonly json: ByteSpan;
  /** The value of the top-level `model` (with its quotes), in offsets of `bytes`. Absent: the frame has none. */
  readonly model?: ByteSpan | undefined;
  /** The top-level member `usage` with its key and one adjacent comma: what is cut when the client did not ask for usage. */
  readonly usageMember?: ByteSpan | undefined;
  /** Whether `usage` has a value other than null: {@link StreamEvent.chunk} has it. */
  readonly hasUsage: boolean;
  /** Whether `choices` is empty: OpenAI's last chunk, which exists only for its usage. */
  readonly emptyChoices: boolean;
}

/** An event for a chunk that is already a message. */
export function eventOf(chunk: Immutable<ChatCompletionChunk>): StreamEvent {
  return new DecodedEvent(chunk);
}

class DecodedEvent implements StreamEvent {
  readonly #chunk: Immutable<ChatCompletionChunk>;

  constructor(chunk: Immutable<ChatCompletionChunk>) {
    this.#chunk = chunk;
  }

  chunk(): Immutable<ChatCompletionChunk> {
    return this.#chunk;
  }
}
