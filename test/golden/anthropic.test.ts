import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionResponse, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { Fold } from "../../src/chat/fold.ts";
import { anthropicCodec, anthropicOptions } from "../../src/codec/anthropic/index.ts";
import { checkJson } from "../../src/codec/json/check-json.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { utf8Of } from "../../src/codec/openai/utf8-of.ts";
import { SseFrames } from "../../src/transport/sse-frames.ts";
import { casesOf } from "../support/cases.ts";
import { anthropicRequests } from "./anthropic.golden.ts";
import { anthropicReplies } from "./anthropic.replies.ts";

describe("a request as Anthropic's body", () => {
  it.each(anthropicRequests.map((golden) => [`${golden.feature}: ${golden.name}`, golden] as const))("%s", (_, golden) => {
    const { request, model = "claude-sonnet-4-5", streamed = false, body, dropped = [], headers } = golden;
    const message = decodeRequest(Buffer.from(JSON.stringify({ model: "asked-for", ...request })));
    const encoded = anthropicCodec.encodeRequest(message, {
      model,
      streamed,
      metadata: undefined,
      unsupported: "drop",
      allowedOptions: anthropicOptions,
    });
    checkJson(encoded.body); // no key twice
    expect(JSON.parse(encoded.body)).toEqual({ model, ...body });
    expect([...encoded.dropped].sort()).toEqual([...dropped].sort());
    expect(encoded.headers).toEqual(headers);
  });

  it("has a name of its own for each", () => {
    expect(new Set(anthropicRequests.map(({ name }) => name)).size).toBe(anthropicRequests.length);
  });
});

const decoding = { model: "asked-for", created: 7, provider: "claude" };

describe("a reply of Anthropic's", () => {
  describe.each(anthropicReplies.map((golden) => [golden.name, golden] as const))("%s", (_, { whole, events, ...golden }) => {
    const expected = {
      id: "msg_1",
      object: "chat.completion",
      created: 7,
      model: "asked-for",
      choices: [golden.choice],
      ...(golden.usage && { usage: golden.usage }),
      ...golden.rest,
    };
    const inOpenAiForm = (response: ChatCompletionResponse): unknown => JSON.parse(encodeResponse(response, { sluice: false }));

    if (whole !== undefined) {
      it("means the same whole", () => {
        const { response, upstreamModel } = anthropicCodec.decodeResponse(JSON.stringify(whole, undefined, 1), decoding);
        expect(upstreamModel).toBe("claude-opus-5");
        expect(compact(inOpenAiForm(response))).toEqual(expected);
      });
    }
    if (whole !== undefined && events !== undefined) {
      it("is the same message in both forms", () => {
        const { response } = anthropicCodec.decodeResponse(JSON.stringify(whole), decoding);
        expect(folded(decodeAll(events))).toEqual(response);
      });
    }
    if (events === undefined) return;

    it("means the same in events", () => {
      expect(inOpenAiForm(folded(decodeAll(events)))).toEqual(expected);
    });

    it("does not depend on how its bytes are cut", () => {
      const bytes = Buffer.from(sseOf(events));
      const chunks = JSON.stringify(decodeAll(events));
      const decoded = (reads: readonly Buffer[]): string => JSON.stringify(payloadsOf(reads).flatMap(decoderOf()));
      const payloads = payloadsOf([bytes]).join("\n"); // all that the decoder gets
      for (let cut = 0; cut <= bytes.length; cut++) {
        if (payloadsOf([bytes.subarray(0, cut), bytes.subarray(cut)]).join("\n") !== payloads)
          expect.unreachable(`cut at ${cut}`);
      }
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (places) => {
          const sorted = [0, ...places.sort((a, b) => a - b), bytes.length];
          return decoded(sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end))) === chunks;
        }),
        { numRuns: casesOf(20) },
      );
    });
  });
});

/** The first chunk says who speaks, and one how it ended. */
function decodeAll(events: readonly object[]): ChatCompletionChunk[] {
  const decoder = anthropicCodec.decodeStream(decoding);
  const chunks = events.flatMap((event) => decoder.next(JSON.stringify(event)) ?? []);
  expect(decoder).toMatchObject({ complete: true, upstreamModel: "claude-opus-5" });
  expect(chunks[0]?.choices[0]?.delta?.role).toBe(Role.ASSISTANT);
  const ends = chunks.filter(
    ({ choices }) => (choices[0]?.finishReason ?? FinishReason.UNSPECIFIED) !== FinishReason.UNSPECIFIED,
  );
  expect(ends).toHaveLength(1);
  return chunks;
}

function decoderOf(): (payload: string) => ChatCompletionChunk | [] {
  const decoder = anthropicCodec.decodeStream(decoding);
  return (payload) => decoder.next(payload) ?? [];
}

function payloadsOf(reads: readonly Buffer[]): string[] {
  const payloads: string[] = [];
  const frames = new SseFrames((text, start, end) => payloads.push(utf8Of(text, start, end)));
  for (const read of reads) frames.push(read);
  return payloads;
}

const sseOf = (events: readonly object[]): string =>
  events.map((event) => `event: ${Reflect.get(event, "type")}\ndata: ${JSON.stringify(event)}\n\n`).join("");

function folded(chunks: readonly ChatCompletionChunk[]): ChatCompletionResponse {
  const fold = new Fold();
  for (const chunk of chunks) fold.add(chunk);
  return fold.response();
}

/** Arguments and the like keep the white space of the whole body they come from. */
function compact(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
    const isJson = (key === "arguments" || key === "content") && typeof inner === "string" && inner.startsWith("{");
    return isJson ? JSON.stringify(JSON.parse(inner)) : inner;
  });
}
