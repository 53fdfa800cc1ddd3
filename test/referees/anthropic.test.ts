import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ChatCompletionResponse, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Fold } from "../../src/chat/fold.ts";
import { Secret } from "../../src/chat/secret.ts";
import { encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { anthropic } from "../../src/providers/anthropic.ts";
import type { Provider, UpstreamCall } from "../../src/providers/provider.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeAnthropic } from "../support/fakes/anthropic.ts";
import { anthropicModels } from "../support/fakes/anthropic-models.ts";
import { type CallOptions, readReply, upstreamCall } from "../support/upstream-call.ts";

const key = "sk-ant-api03-0123456789abcdef";
let fake: FakeAnthropic;
let client: Anthropic;
let provider: Provider;

beforeAll(async () => {
  fake = await FakeAnthropic.start(key);
  client = new Anthropic({ apiKey: key, baseURL: fake.origin, maxRetries: 0 });
  provider = anthropic("claude", { apiKey: new Secret(key), baseUrl: `${fake.origin}/v1` }, { clock: new FakeClock() });
});
afterEach(() => fake.clear());
afterAll(async () => {
  await provider.close();
  await fake.close();
});

const hello = [{ role: "user" as const, content: "Hi" }];
const schema = {
  type: "object" as const,
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const thought = { type: "thinking", thinking: "Both cities then." };
const hidden = { type: "redacted_thinking" };
const use = (id: string, city: string) => ({ type: "tool_use", id, name: "get_weather", input: { city } });

describe("the fake, asked by Anthropic's own client", () => {
  const ask = { model: "claude-haiku-4-5", max_tokens: 2000, messages: hello };

  it("answers whole", async () => {
    const message = await client.messages.create(ask);
    expect(message.content).toEqual([{ type: "text", text: "Hello" }]);
    expect(message).toMatchObject({
      stop_reason: "end_turn",
      usage: { input_tokens: 10 },
      _request_id: expect.stringMatching(/^req_/),
    });
  });

  it("answers in events", async () => {
    fake.next({ content: [thought, { type: "text", text: "Hello there, you" }, use("toolu_1", "Ulm")] });
    const message = await client.messages.stream(ask).finalMessage();
    expect(message.content).toMatchObject([thought, { text: "Hello there, you" }, { input: { city: "Ulm" } }]);
    expect(message).toMatchObject({ stop_reason: "tool_use", usage: { output_tokens: 5 } });
  });

  it("takes a tool loop with its own thinking, and no other", async () => {
    const tools = [{ name: "get_weather", input_schema: schema }];
    const thinking = { type: "enabled" as const, budget_tokens: 1024 };
    fake.next({ content: [thought, hidden, use("toolu_1", "Ulm"), use("toolu_2", "Bonn")] });
    const first = await client.messages.create({ ...ask, tools, thinking });
    const turn = (content: Anthropic.ContentBlockParam[], ids: string[]) =>
      client.messages.create({
        ...ask,
        tools,
        thinking,
        messages: [
          ...hello,
          { role: "assistant", content },
          { role: "user", content: ids.map((tool_use_id) => ({ type: "tool_result" as const, tool_use_id, content: "12" })) },
        ],
      });
    await turn(first.content, ["toolu_1", "toolu_2"]);
    await expect(turn(first.content, ["toolu_1"])).rejects.toThrow("without `tool_result`");
    await expect(turn(first.content, ["toolu_1", "toolu_2", "toolu_3"])).rejects.toThrow("unexpected `tool_use_id`");
    await expect(turn(first.content.slice(2), ["toolu_1", "toolu_2"])).rejects.toThrow("Expected `thinking`");
    const forged = first.content.map((block) => (block.type === "thinking" ? { ...block, thinking: "Else" } : block));
    await expect(turn(forged, ["toolu_1", "toolu_2"])).rejects.toThrow("Invalid `signature`");
  });

  it.each([
    ["an unknown field", { n: 2 }, "n: Extra inputs are not permitted"],
    ["an empty text", { messages: [{ role: "user", content: "" }] }, "must be non-empty"],
    ["two samplings", { temperature: 0.1, top_p: 0.1 }, "cannot both be specified"],
    ["too much thinking", { thinking: { type: "enabled", budget_tokens: 2000 } }, "must be greater than"],
    ["an effort", { output_config: { effort: "low" } }, "does not support the effort"],
    [
      "an open schema",
      { output_config: { format: { type: "json_schema", schema: { type: "object" } } } },
      "additionalProperties",
    ],
    ["a choice without tools", { tool_choice: { type: "auto" } }, "tool_choice"],
    ["a trailing space", { messages: [...hello, { role: "assistant", content: "A " }] }, "trailing whitespace"],
  ])("refuses %s", async (_, change, message) => {
    await expect(client.messages.create({ ...ask, ...change } as Anthropic.MessageCreateParamsNonStreaming)).rejects.toThrow(
      message,
    );
  });

  it("gives the documented errors", async () => {
    await expect(client.messages.create({ ...ask, model: "gpt-5" })).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const stranger = new Anthropic({ apiKey: "other", baseURL: fake.origin, maxRetries: 0 });
    await expect(stranger.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    fake.next({ status: 529, type: "overloaded_error", message: "Overloaded" });
    await expect(client.messages.create(ask)).rejects.toMatchObject({
      status: 529,
      error: { error: { type: "overloaded_error" } },
    });
    fake.next({ events: [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }] });
    await expect(client.messages.stream(ask).finalMessage()).rejects.toThrow("Overloaded");
  });
});

interface Asked {
  readonly response: ChatCompletionResponse;
  readonly call: UpstreamCall;
  /** The assistant's message as the client sends it back. */
  readonly message: Record<string, unknown>;
}

async function ask(body: object, options: CallOptions = {}, model = "claude-sonnet-4-5"): Promise<Asked> {
  const call = { ...upstreamCall({ ...options, body }), model };
  const { batches, error } = await readReply(await provider.chat(call));
  if (error !== undefined) throw error;
  expect(call.lease.closed).toBe(true);
  const fold = new Fold();
  for (const event of batches.flat()) fold.add(event.chunk());
  const response = fold.response();
  const json: unknown = JSON.parse(encodeResponse(response, { sluice: false }));
  const { choices } = json as { choices: { message: Record<string, unknown> }[] }; // what encodeResponse writes
  return { response, call, message: choices[0]?.message ?? {} };
}

const tools = [{ type: "function", function: { name: "get_weather", parameters: schema, strict: true } }];
const results = ({ response }: Asked, content: string | object[] = "12 degrees") =>
  (response.choices[0]?.message?.toolCalls ?? []).map(({ id }) => ({ role: "tool", tool_call_id: id, content }));

describe.each([
  ["whole", { streamed: false }],
  ["in events", { streamed: true }],
] as const)("the provider, answered %s", (_, options) => {
  it("says hello", async () => {
    const { response, call } = await ask({ messages: hello }, options);
    expect(response.choices[0]?.message?.content).toBe("Hello");
    expect(response).toMatchObject({ model: "vendor/asked", usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15 } });
    expect(call.notes).toMatchObject({ upstreamModel: "claude-sonnet-4-5", upstreamRequestId: expect.stringMatching(/^req_/) });
    expect(fake.headers[0]).toMatchObject({ "x-api-key": key, "anthropic-version": "2023-06-01", "user-agent": "sluice" });
  });

  it.each([
    ["claude-sonnet-4-5", "low"],
    ["claude-sonnet-4-6", "high"],
    ["claude-opus-5-5", "max"],
  ])("goes through three turns with parallel calls, reasoning and signatures on %s", async (model, reasoning_effort) => {
    const body = { tools, reasoning_effort };
    fake.next(
      { content: [thought, hidden, { type: "text", text: "Let me see." }, use("toolu_1", "Ulm"), use("toolu_2", "Bonn")] },
      { content: [{ type: "thinking", thinking: "One more." }, use("toolu_3", "Köln")] },
      { content: [{ type: "text", text: "All the same." }] },
    );
    const first = await ask({ ...body, messages: hello }, options, model);
    expect(first.response.choices[0]).toMatchObject({
      finishReason: FinishReason.TOOL_CALLS,
      message: { reasoning: thought.thinking },
    });
    const second = await ask({ ...body, messages: [...hello, first.message, ...results(first)] }, options, model);
    const history = [...hello, first.message, ...results(first), second.message];
    const picture = [{ type: "image_url", image_url: { url: "https://example.com/sky.png" } }];
    const third = await ask({ ...body, messages: [...history, ...results(second, picture)] }, options, model);
    expect(third.response.choices[0]).toMatchObject({ finishReason: FinishReason.STOP, message: { content: "All the same." } });
    expect(third.call.notes.droppedParams).toEqual([]);
    expect(fake.requests[2]?.messages).toMatchObject([
      { role: "user" },
      { content: [thought, hidden, { text: "Let me see." }, { id: "toolu_1", input: { city: "Ulm" } }, { id: "toolu_2" }] },
      { content: [{ tool_use_id: "toolu_1" }, { tool_use_id: "toolu_2" }] },
      { content: [{ thinking: "One more." }, { input: { city: "Köln" } }] },
      { content: [{ tool_use_id: "toolu_3", content: [{ type: "image" }] }] },
    ]);
  });

  it("sends pictures and files", async () => {
    const content = [
      { type: "text", text: "What are these?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      { type: "image_url", image_url: { url: "https://example.com/cat.jpg" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } },
      { type: "file", file: { filename: "a.txt", file_data: "data:text/plain;base64,YQ==" } },
      { type: "file", file: { file_id: "file_1" } },
    ];
    await ask({ messages: [{ role: "user", content }] }, options);
    expect(fake.requests[0]?.messages).toMatchObject([
      { content: [{ type: "text" }, { type: "image" }, { type: "image" }, ...Array(3).fill({ type: "document" })] },
    ]);
  });

  it.each(["claude-sonnet-4-5", "claude-opus-5", "claude-opus-5-5"])("keeps to a JSON Schema on %s", async (model) => {
    const response_format = { type: "json_schema", json_schema: { name: "place", schema, strict: true } };
    fake.next({ content: [{ type: "text", text: '{"city":"Ulm"}' }] });
    const { message } = await ask({ messages: hello, response_format }, options, model);
    expect(message.content).toBe('{"city":"Ulm"}');
    expect(fake.requests[0]?.output_config).toEqual({ format: { type: "json_schema", schema } });
  });

  it("keeps to a schema that Anthropic cannot promise", async () => {
    const open = { type: "object", additionalProperties: { type: "integer" } };
    const response_format = { type: "json_schema", json_schema: { name: "counts", schema: open } };
    fake.next({ content: [{ type: "tool_use", id: "toolu_1", name: "sluice_structured_output", input: { a: 1 } }] });
    const { response } = await ask({ messages: hello, response_format }, options);
    expect(response.choices[0]).toMatchObject({
      finishReason: FinishReason.STOP,
      message: { content: '{"a":1}', toolCalls: [] },
    });
  });

  it("calls custom tools", async () => {
    const custom = [{ type: "custom", custom: { name: "run" } }];
    fake.next({ content: [{ type: "tool_use", id: "toolu_1", name: "sluice_custom_run", input: { input: "a\nb" } }] });
    const first = await ask({ messages: hello, tools: custom }, options);
    expect(first.message.tool_calls).toEqual([{ id: "toolu_1", type: "custom", custom: { name: "run", input: "a\nb" } }]);
    await ask({ messages: [...hello, first.message, ...results(first)], tools: custom }, options);
  });

  it("tells a refusal", async () => {
    fake.next({
      content: [],
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: "bio", explanation: "Not this." },
    });
    const { response } = await ask({ messages: hello }, options);
    expect(response.choices[0]).toMatchObject({ finishReason: FinishReason.CONTENT_FILTER, message: { refusal: "Not this." } });
  });

  it("gives n choices, asked one by one", async () => {
    const content = (text: string) => ({ content: [{ type: "text", text }] });
    fake.next(content("A"), content("B"), content("C"));
    const { response, call } = await ask({ messages: hello, n: 3 }, options);
    expect(response.choices.map(({ message }) => message?.content).sort()).toEqual(["A", "B", "C"]);
    expect(response.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(response.usage).toMatchObject({ promptTokens: 30, completionTokens: 15, totalTokens: 45 });
    expect(call.notes.droppedParams).toEqual([]);
  });

  it.each([
    [529, "overloaded_error", "upstream_error", "yes"],
    [500, "api_error", "upstream_error", "yes"],
    [429, "rate_limit_error", "upstream_rate_limited", "after"],
    [401, "authentication_error", "upstream_auth", "no"],
    [403, "permission_error", "upstream_auth", "no"],
    [404, "not_found_error", "not_found", "no"],
    [413, "request_too_large", "request_too_large", "no"],
    [504, "timeout_error", "upstream_timeout", "yes"],
  ])("says a %i %s as %s", async (status, type, code, retry) => {
    fake.next({ status, type, message: "secret sauce", headers: { "retry-after": "3" } });
    await expect(ask({ messages: hello }, options)).rejects.toMatchObject({
      code,
      row: { retry },
      retryAfterMs: retry === "no" ? undefined : 3000,
    });
  });
});

it("says an error inside the stream, and a stream that breaks off", async () => {
  const begun = { type: "message_start", message: { id: "msg_1", model: "m", content: [], usage: {} } };
  for (const [type, code] of [
    ["overloaded_error", "upstream_error"],
    ["rate_limit_error", "upstream_rate_limited"],
  ]) {
    fake.next({ events: [begun, { type: "error", error: { type, message: "secret sauce" } }] });
    await expect(ask({ messages: hello })).rejects.toMatchObject({ code, message: expect.not.stringContaining("secret") });
  }
  fake.next({ events: [begun, { type: "ping" }] });
  await expect(ask({ messages: hello })).rejects.toMatchObject({ code: "upstream_interrupted" });
});

describe("every model", () => {
  const efforts = [undefined, "none", "minimal", "low", "medium", "high", "xhigh", "max"];

  it.each(Object.keys(anthropicModels))("%s takes whatever is asked of it", async (model) => {
    for (const reasoning_effort of efforts) {
      for (const tool_choice of ["auto", "none", "required", { type: "function", function: { name: "get_weather" } }]) {
        await ask({ messages: hello, tools, tool_choice, reasoning_effort, temperature: 0.7, top_p: 0.97 }, {}, model);
      }
      const late = [...hello, { role: "assistant", content: "Hello" }, { role: "system", content: "Brief." }, ...hello];
      await ask({ messages: late, reasoning_effort, max_tokens: 1500, response_format: { type: "json_object" } }, {}, model);
    }
    expect(fake.requests.length).toBe(efforts.length * 5);
  });
});
