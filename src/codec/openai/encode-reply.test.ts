import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionResponseSchema, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";
import { encodeChunk, encodeResponse } from "./encode-reply.ts";

const route = { provider: "p", attempts: 1, droppedParams: ["seed"] };
const own = {
  events: [{ event: { case: "notice" as const, value: { code: "truncated" } } }],
  cost: { totalNanoUsd: 5n },
  route,
};
const plain = { sluice: false, usage: false };

const chunkText = (init: MessageInitShape<typeof ChatCompletionChunkSchema>, options = plain) =>
  encodeChunk(create(ChatCompletionChunkSchema, { id: "c", created: 1, model: "m", ...init }), options);
const responseText = (init: MessageInitShape<typeof ChatCompletionResponseSchema>, sluice = false) =>
  encodeResponse(create(ChatCompletionResponseSchema, { id: "r", created: 1, model: "m", ...init }), { sluice });

describe("a chunk", () => {
  it("is as OpenAI writes it", () => {
    expect(chunkText({ choices: [{ delta: { role: Role.ASSISTANT, content: "" } }] })).toBe(
      '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}',
    );
    expect(chunkText({ choices: [{ finishReason: FinishReason.STOP }] })).toContain(
      '"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]',
    );
  });

  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3, estimated: true };
  it.each([
    ["not asked for, there", { usage }, plain, undefined],
    ["asked for, not there", {}, { ...plain, usage: true }, null],
    ["asked for, there", { usage }, { ...plain, usage: true }, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }],
  ])("usage: %s", (_, init, options, expected) => {
    expect((JSON.parse(chunkText(init, options)) as { usage?: unknown }).usage).toEqual(expected);
  });

  it.each([
    [FinishReason.OTHER, "eos", '"eos"'],
    [FinishReason.OTHER, undefined, '"stop"'],
    [FinishReason.UNSPECIFIED, "ignored", "null"],
    [FinishReason.TOOL_CALLS, undefined, '"tool_calls"'],
    [FinishReason.CONTENT_FILTER, undefined, '"content_filter"'],
  ])("finish reason %s %s", (finishReason, raw, expected) => {
    const choice = { finishReason, ...(raw === undefined ? {} : { finishReasonRaw: raw }) };
    expect(chunkText({ choices: [choice] })).toContain(`"finish_reason":${expected}`);
  });

  it("keeps any text, also half of a surrogate pair", () => {
    for (const content of ['"\\\n\u2028\u0000', "\ud83d", "\ude00", "é 漢 😀", ""]) {
      const json = chunkText({ choices: [{ delta: { content } }] });
      expect(JSON.parse(json)).toMatchObject({ choices: [{ delta: { content } }] });
      expect(json.isWellFormed()).toBe(true);
    }
  });
});

describe("a whole reply", () => {
  it("is as OpenAI writes it", () => {
    const choices = [{ message: { role: Role.ASSISTANT, content: "hi" }, finishReason: FinishReason.STOP }];
    expect(responseText({ choices, usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 } })).toBe(
      '{"id":"r","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
    );
  });

  it("has content and refusal, also without any", () => {
    expect(responseText({ choices: [{ message: { toolCalls: [{ id: "1", function: { name: "f" } }] } }] })).toContain(
      '"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":""}}]}',
    );
  });
});

describe("what OpenAI does not send", () => {
  it("stays out of bodies, or only the route is there when asked for", () => {
    for (const text of [chunkText(own), responseText(own)]) expect(text).not.toMatch(/sluice|event|cost|notice|route/);
    const expected = { provider: "p", attempts: 1, dropped_params: ["seed"] };
    for (const text of [chunkText(own, { ...plain, sluice: true }), responseText(own, true)]) {
      expect(text).not.toMatch(/event|cost|notice/);
      expect(JSON.parse(text)).toMatchObject({ sluice: expected });
    }
  });

  it("is not there without a route", () => {
    expect(chunkText({}, { ...plain, sluice: true })).not.toContain("sluice");
  });

  it("cannot come from the upstream", () => {
    const json = '{"choices":[],"sluice":{"provider":"fake"}}';
    expect(encodeChunk(decodeChunk(json, { model: "m" }), plain)).not.toContain("sluice");
    expect(encodeResponse(decodeResponse(json, { model: "m" }), { sluice: false })).not.toContain("sluice");
  });
});
