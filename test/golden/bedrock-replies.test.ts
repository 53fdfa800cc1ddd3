import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Fold } from "../../src/chat/fold.ts";
import { bedrockCodec } from "../../src/codec/bedrock/index.ts";
import { encodeChunk, encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { bedrockStream, decodeStream, decoding } from "../support/bedrock-stream.ts";
import { casesOf } from "../support/cases.ts";
import { type BedrockReply, replies } from "./bedrock-replies.golden.ts";

const whole = replies.flatMap((reply) => (reply.body === undefined ? [] : [{ ...reply, body: reply.body }]));
const streamed = replies.flatMap((reply) =>
  reply.events === undefined ? [] : [{ ...reply, bytes: bedrockStream(reply.events) }],
);

function folded(chunks: readonly ChatCompletionChunk[]): ChatCompletionResponse {
  const fold = new Fold();
  for (const chunk of chunks) fold.add(chunk);
  return fold.response();
}

/** A reply as a REST client gets it. */
function openAi(response: ChatCompletionResponse): unknown {
  return JSON.parse(encodeResponse(response, { sluice: false }));
}

function expected({ message, finishReason, usage, beside }: BedrockReply): object {
  return {
    id: "",
    object: "chat.completion",
    created: decoding.created,
    model: decoding.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    ...(usage === undefined ? {} : { usage }),
    ...beside,
  };
}

describe("a whole reply", () => {
  it.each(whole)("$name", (reply) => {
    const { response, upstreamModel } = bedrockCodec.decodeResponse(JSON.stringify(reply.body), decoding);
    expect(openAi(response)).toEqual(expected(reply));
    expect(response.choices[0]?.finishReasonRaw).toBe(reply.stopReason);
    expect(upstreamModel).toBe(reply.upstreamModel);
  });

  it("may be written with any white space", () => {
    for (const { body } of whole) {
      const spaced = bedrockCodec.decodeResponse(JSON.stringify(body, undefined, 2), decoding).response;
      const calls = (response: ChatCompletionResponse) =>
        response.choices[0]?.message?.toolCalls.map((call) => JSON.parse(call.function?.arguments ?? ""));
      expect(calls(spaced)).toEqual(calls(bedrockCodec.decodeResponse(JSON.stringify(body), decoding).response));
    }
  });
});

describe("a streamed reply", () => {
  it.each(streamed)("$name", (reply) => {
    const { chunks, decoder } = decodeStream([reply.bytes]);
    expect(openAi(folded(chunks))).toEqual(expected(reply));
    expect(folded(chunks).choices[0]?.finishReasonRaw).toBe(reply.stopReason);
    expect(decoder.complete).toBe(true);
    expect(decoder.upstreamModel).toBe(reply.upstreamModel);
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta?.role !== 0 && chunk.choices.length > 0)).toHaveLength(1);
    for (const chunk of chunks) JSON.parse(encodeChunk(chunk, { sluice: false, usage: true }));
  });

  it("is the same wherever it is cut", () => {
    for (const { bytes } of streamed) {
      const uncut = JSON.stringify(decodeStream([bytes]).chunks);
      for (let at = 1; at < bytes.length; at++) {
        const { chunks } = decodeStream([bytes.subarray(0, at), bytes.subarray(at)]);
        if (JSON.stringify(chunks) !== uncut) expect.fail(`another reply when cut at ${at}`);
      }
    }
  });

  it("is the same in pieces of any size", () => {
    const reply = fc.constantFrom(...streamed);
    fc.assert(
      fc.property(reply, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), ({ bytes }, sizes) => {
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(decodeStream(pieces).chunks).toEqual(decodeStream([bytes]).chunks);
      }),
      { numRuns: casesOf(1000) },
    );
  });

  it("is not complete before its last message has come", () => {
    for (const { events = [] } of streamed) {
      const stop = events.findIndex(([type]) => type === "messageStop");
      expect(decodeStream([bedrockStream(events.slice(0, stop))]).decoder.complete).toBe(false);
    }
  });

  it("says its first word in the read that has it", () => {
    const [first, second] = [...streamed][0]?.events ?? [];
    const { chunks } = decodeStream([bedrockStream([first, second].flatMap((event) => (event === undefined ? [] : [event])))]);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta?.content)).toEqual([undefined, "Hel"]);
  });
});

it("a reply is the same whole and streamed", () => {
  const both = replies.flatMap(({ body, events }) => (body === undefined || events === undefined ? [] : [{ body, events }]));
  expect(both.length).toBeGreaterThan(20);
  for (const { body, events } of both) {
    const { response } = bedrockCodec.decodeResponse(JSON.stringify(body), decoding);
    expect(folded(decodeStream([bedrockStream(events)]).chunks)).toEqual(response);
  }
});
