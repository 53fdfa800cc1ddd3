import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
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
  /** Where the call went: on the final event, and on no other. */
  readonly route?: Immutable<RouteInfo> | undefined;
  /** What the call cost, as far as prices are known: on the final event, and on no other. */
  readonly cost?: Immutable<Cost> | undefined;
  /** The piece as a message: decoded once, on first use. */
  chunk(): Immutable<ChatCompletionChunk>;
}

/** Bytes `start` to `end` (exclusive) of a body. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the places are in a frame's JSON that may have to be replaced on the way to the client. Offsets count from its beginning.
 * Frames of one shape are equal up to the end of `model`.
 */
export interface FrameShape {
  /** Where the value of the top-level `model` is, with its quotes; both 0 when there is none. */
  readonly modelStart: number;
  readonly modelEnd: number;
  /** Where the member `usage` is, with one comma beside it; both 0 when there is none. */
  readonly usageStart: number;
  readonly usageEnd: number;
  /** Whether `usage` has a value other than null: {@link WireFrame.usage} gives it. */
  readonly hasUsage: boolean;
  /** Whether `choices` is empty: OpenAI's last chunk, which exists only for its usage. */
  readonly emptyChoices: boolean;
}

/**
 * An upstream's own JSON for one event. `text` holds bytes as Latin-1 characters, so offsets are bytes and writing it as Latin-1 gives
 * the same bytes again.
 */
export interface WireFrame {
  /** The protocol the JSON is in. */
  readonly protocol: "openai";
  /** `chunk`: one `data:` payload of a stream, without framing. `completion`: a whole unstreamed body. */
  readonly kind: "chunk" | "completion";
  /** What the JSON lies in. */
  readonly text: string;
  /** Where the JSON begins and ends in `text`. */
  readonly start: number;
  readonly end: number;
  /** The same object for frames that are known to have the same shape. */
  readonly shape: FrameShape;
  /** How much further than the shape says a `usage` after `model` is. */
  readonly usageShift: number;
  /**
   * The usage that it tells, without decoding the rest.
   * @throws GatewayError `upstream_error` when it is none.
   */
  usage(): Immutable<Usage> | undefined;
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
