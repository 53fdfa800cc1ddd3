import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { bedrockCodec } from "../../src/codec/bedrock/index.ts";
import type { ChunkDecoder } from "../../src/codec/chat-codec.ts";
import { eventStreamFraming } from "../../src/providers/aws/event-stream-framing.ts";
import { eventStreamMessage } from "./event-stream-message.ts";

/** How the tests decode. */
export const decoding = { model: "vendor/asked", created: 1_700_000_000, provider: "bedrock" };

/** A ConverseStream reply's bytes, a message an event. */
export function bedrockStream(events: readonly (readonly [type: string, payload: object])[]): Buffer {
  return Buffer.concat(events.map(([type, payload]) => bedrockEvent(type, payload)));
}

/** One event's bytes; the type of an exception is written as `exception:NAME`. */
export function bedrockEvent(type: string, payload: object): Buffer {
  const [kind, name] = type.includes(":") ? type.split(":", 2) : ["event", type];
  const headers = { [`:${kind}-type`]: name ?? "", ":content-type": "application/json", ":message-type": kind ?? "" };
  return eventStreamMessage(headers, JSON.stringify(payload));
}

/** Decodes a stream's bytes in the pieces they come in. */
export function decodeStream(pieces: readonly Buffer[]): {
  readonly chunks: ChatCompletionChunk[];
  readonly decoder: ChunkDecoder;
} {
  const decoder = bedrockCodec.decodeStream(decoding);
  const chunks: ChatCompletionChunk[] = [];
  const frames = eventStreamFraming.frames((data, type) => {
    const chunk = decoder.next(data, type);
    if (chunk !== undefined) chunks.push(chunk);
  });
  for (const piece of pieces) frames.push(piece);
  return { chunks, decoder };
}
