import { describe, expect, it } from "vitest";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";

const options = { model: "asked" };
const chunkOf = (json: string) => decodeChunk(json, options);
const choiceOf = (choice: string) => chunkOf(`{"choices":[${choice}]}`).choices[0];
const deltaOf = (delta: string) => choiceOf(`{"delta":${delta}}`)?.delta;
const usageOf = (usage: string) => chunkOf(`{"choices":[],"usage":${usage}}`).usage;

describe("a chunk", () => {
  it("is named as the client asked", () => {
    expect(chunkOf('{"id":"c1","object":"chat.completion.chunk","created":5,"model":"upstream-0901","choices":[]}')).toEqual({
      $typeName: "sluice.chat.v1.ChatCompletionChunk",
      id: "c1",
      choices: [],
      created: 5,
      model: "asked",
      metadata: {},
      events: [],
    });
  });

  it.each([
    ["{}", { id: "", created: 0, choices: [] }],
    ['{"id":null,"created":null,"choices":null,"usage":null,"service_tier":null}', { id: "", created: 0, choices: [] }],
    ['{"created":1730000000.75}', { created: 1730000000 }],
    ['{"choices":[{}]}', { choices: [{ index: 0, finishReason: FinishReason.UNSPECIFIED }] }],
    ['{"x_groq":{"id": "r"},"10":1e400}', { unknownFieldsJson: '{"x_groq":{"id": "r"},"10":1e400}' }],
  ])("%s", (json, expected) => {
    expect(chunkOf(json)).toMatchObject(expected);
  });

  it("does not take another gateway's route for ours", () => {
    expect(chunkOf('{"sluice":{"provider":"x"}}').unknownFieldsJson).toBeUndefined();
  });

  it.each([
    ['{"delta":{},"finish_reason":"stop"}', { finishReason: FinishReason.STOP }],
    ['{"delta":{},"finish_reason":"eos_token"}', { finishReason: FinishReason.OTHER, finishReasonRaw: "eos_token" }],
    ['{"delta":{},"finish_reason":""}', { finishReason: FinishReason.UNSPECIFIED }],
    ['{"index":3,"delta":{},"finish_reason":null,"logprobs":null}', { index: 3, finishReason: FinishReason.UNSPECIFIED }],
    ['{"delta":{},"stop_reason":106}', { unknownFieldsJson: '{"stop_reason":106}' }],
    [
      '{"delta":{},"logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}],"refusal":null}}',
      { logprobs: { content: [{ token: "a", logprob: -0.5, bytes: Uint8Array.of(97), topLogprobs: [] }], refusal: [] } },
    ],
  ])("choice %s", (json, expected) => {
    expect(choiceOf(json)).toMatchObject(expected);
  });

  it.each([
    ["{}", { role: Role.UNSPECIFIED, toolCalls: [] }],
    ['{"role":"assistant","content":""}', { role: Role.ASSISTANT, content: "" }],
    ['{"role":"model"}', { role: Role.ASSISTANT }],
    ['{"reasoning_content":"hm"}', { reasoning: "hm" }],
    ['{"reasoning":"hm"}', { reasoning: "hm", reasoningField: "reasoning" }],
    ['{"reasoning":null,"reasoning_content":"hm"}', { reasoning: "hm" }],
    ['{"reasoning":"","reasoning_content":"hm"}', { reasoning: "hm" }],
    ['{"reasoning_content":"hm","reasoning":"hm"}', { reasoning: "hm" }],
    [
      '{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"type":"text","text":"c"}]}',
      { reasoning: "ab", content: "c" },
    ],
    ['{"content":[{"type":"thinking","thinking":"a"},{"type":"text","text":"c","x":1}]}', { reasoning: "a", content: "c" }],
    [
      '{"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1, 2]},{"type":"text","text":"b"}]}',
      { content: "ab", annotations: [{ type: "reference", unknownFieldsJson: '{"reference_ids":[1, 2]}' }] },
    ],
    [
      '{"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":""}},{"id":"2"}]}',
      {
        toolCalls: [
          { index: 0, id: "1", type: "function", function: { name: "f", arguments: "" } },
          { index: 1, id: "2" },
        ],
      },
    ],
    ['{"tool_calls":[{"index":4,"function":{"arguments":null}},{"index":null}]}', { toolCalls: [{ index: 4 }, { index: 1 }] }],
    [
      '{"tool_calls":[{"index":0,"type":"custom","custom":{"input":"x"}}]}',
      { toolCalls: [{ index: 0, custom: { input: "x" } }] },
    ],
    ['{"function_call":{"arguments":"{"}}', { functionCall: { arguments: "{" } }],
    ['{"content":"a","x":{"b":[1]}}', { unknownFieldsJson: '{"x":{"b":[1]}}' }],
  ])("delta %s", (json, expected) => {
    expect(deltaOf(json)).toMatchObject(expected);
  });

  it.each([
    ['{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}', { promptTokens: 1, completionTokens: 2, totalTokens: 3 }],
    ['{"prompt_tokens":null,"completion_tokens":2.9}', { promptTokens: 0, completionTokens: 2 }],
    ['{"prompt_tokens":-1,"total_tokens":1e300}', { promptTokens: 0, totalTokens: 0xffffffff }],
    [
      '{"queue_time":0.5,"prompt_tokens_details":{"cached_tokens":4,"x":1}}',
      {
        unknownFieldsJson: '{"queue_time":0.5}',
        promptTokensDetails: { cachedTokens: 4, unknownFieldsJson: '{"x":1}' },
      },
    ],
  ])("usage %s", (json, expected) => {
    expect(usageOf(json)).toMatchObject(expected);
  });
});

describe("a whole reply", () => {
  it("is read like a chunk", () => {
    const reply = decodeResponse(
      '{"id":"r","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"},"index":0}],"annotations":[{"type":"url_citation","url_citation":{"start_index":1,"end_index":2,"url":"u","title":"t"}}],"audio":{"id":"a","expires_at":7}},"finish_reason":"tool_calls"}],"citations":["u"]}',
      options,
    );
    expect(reply).toMatchObject({ id: "r", model: "asked", unknownFieldsJson: '{"citations":["u"]}' });
    expect(reply.choices[0]).toMatchObject({
      finishReason: FinishReason.TOOL_CALLS,
      message: {
        toolCalls: [{ id: "1", function: { name: "f", arguments: "{}" }, unknownFieldsJson: '{"index":0}' }],
        annotations: [{ urlCitation: { startIndex: 1, endIndex: 2, url: "u", title: "t" } }],
        audio: { id: "a", expiresAt: 7 },
      },
    });
    expect(reply.choices[0]?.message?.content).toBeUndefined();
  });
});

describe("a malformed reply", () => {
  it.each([
    ["", ""],
    ["secret", ""],
    ['{"id":1}', "id"],
    ['{"choices":{}}', "choices"],
    ['{"choices":["secret"]}', "choices[0]"],
    ['{"choices":[{"delta":{"content":7}}]}', "choices[0].delta.content"],
    [
      '{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"secret":1}}}]}}]}',
      "choices[0].delta.tool_calls[0].function.arguments",
    ],
    ['{"secret key":tru}', "secret key"],
    ["{} {}", ""],
    [`{"x":${"[".repeat(100)}`, `x${"[0]".repeat(63)}`],
  ])("%s", (json, where) => {
    for (const decode of [decodeChunk, decodeResponse]) {
      if (decode === decodeResponse && json.includes("delta")) continue;
      let error: unknown;
      try {
        decode(json, options);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({
        code: "upstream_error",
        message: "the upstream's reply is malformed",
        cause: { path: where },
      });
    }
  });
});
