import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { encodeChunk, encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { type Step, turn } from "./fake-upstream.ts";

/** A whole reply as the body that a vendor sends. */
export function bodyOf(reply: ChatCompletionResponse): Buffer {
  return Buffer.from(encodeResponse(reply, { sluice: false }));
}

/** A stream of chunks as a vendor sends it, in one of the forms that there are: line ends, spaces, comments, with or without `[DONE]`. */
export function eventsOf(chunks: readonly ChatCompletionChunk[], random: () => number): Buffer {
  const end = random() < 0.7 ? "\n" : "\r\n";
  const space = random() < 0.8 ? " " : "";
  const chatty = random() < 0.3;
  const payloads = chunks.map((chunk) => encodeChunk(chunk, { sluice: false, usage: true }));
  if (random() < 0.8) payloads.push("[DONE]");
  const events = payloads.map((payload) => {
    const before = chatty && random() < 0.3 ? `: ping${end}${end}event: message${end}` : "";
    return `${before}data:${space}${payload}${end}${end}`;
  });
  return Buffer.from(events.join(""));
}

/** Bytes as an upstream's steps: cut anywhere, also within an event and within a character, some cuts with a turn between. */
export function inWrites(bytes: Buffer, random: () => number): Step[] {
  const steps: Step[] = [];
  const most = 1 + Math.floor(random() ** 3 * bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + Math.floor(random() * Math.max(most, bytes.length / 16));
    steps.push(bytes.subarray(at, end));
    if (random() < 0.5) steps.push(turn);
    at = end;
  }
  return steps;
}
