import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatCompletionResponse, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { Lease } from "../../chat/lease.ts";
import type { ChatStream } from "../../chat/stream.ts";
import type { UpstreamCall } from "../provider.ts";
import { createDemoProvider } from "./index.ts";

type RequestInit = MessageInitShape<typeof ChatCompletionRequestSchema>;

interface Asked {
  readonly clock: FakeClock;
  readonly lease: Lease;
  readonly call: UpstreamCall;
  readonly stream: Promise<ChatStream>;
}

function ask(model: string, init: RequestInit = {}, options: { streamed?: boolean; callId?: string } = {}): Asked {
  const clock = new FakeClock();
  const lease = new Lease();
  const request = create(ChatCompletionRequestSchema, {
    model: `demo/${model}`,
    messages: [{ role: Role.USER, content: "Say hello, please" }],
    ...init,
  });
  const call: UpstreamCall = {
    callId: options.callId ?? "call-1",
    model,
    requestedModel: `demo/${model}`,
    streamed: options.streamed ?? true,
    wire: undefined,
    forwardsWire: false,
    request: () => request,
    metadata: undefined,
    headers: {},
    lease,
    notes: {},
  };
  return { clock, lease, call, stream: createDemoProvider("demo", { clock }).chat(call) };
}

async function chunksOf(asked: Asked): Promise<Immutable<ChatCompletionChunk>[]> {
  const chunks: Immutable<ChatCompletionChunk>[] = [];
  const reading = (async () => {
    for await (const batch of await asked.stream) for (const event of batch) chunks.push(event.chunk());
  })();
  await Promise.all([reading, asked.clock.advance(60_000)]);
  return chunks;
}

async function replyOf(
  model: string,
  init: RequestInit = {},
  options: { streamed?: boolean; callId?: string } = {},
): Promise<ChatCompletionResponse> {
  const asked = ask(model, init, options);
  const fold = new Fold();
  for (const chunk of await chunksOf(asked)) fold.add(chunk);
  expect(asked.lease.closed).toBe(true);
  expect(asked.clock.pending).toBe(0);
  return fold.response();
}

const textOf = (reply: ChatCompletionResponse, choice = 0) => reply.choices[choice]?.message?.content;
const argumentsOf = (reply: ChatCompletionResponse) => reply.choices[0]?.message?.toolCalls[0]?.function?.arguments ?? "";

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parametersJson: '{"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["c","f"]}},"required":["city"]}',
  },
};
const time = { type: "function", function: { name: "get_time" } };
const custom = { type: "custom", custom: { name: "shell" } };

describe("createDemoProvider", () => {
  it("offers its models", () => {
    const provider = createDemoProvider("sandbox", { clock: new FakeClock() });
    expect(provider.name).toBe("sandbox");
    expect(provider.models().map(({ id }) => id)).toEqual([
      "echo",
      "text",
      "burst",
      "tool",
      "json",
      "pii",
      "error-429",
      "error-500",
      "cut",
      "slow",
      "reasoning",
      "embedding",
    ]);
  });

  it("sends roles, a token a chunk, the finish reason, the usage", async () => {
    const asked = ask("echo", { n: 2 });
    const chunks = await chunksOf(asked);
    const shape = chunks.map(({ choices: [choice], usage }) =>
      choice === undefined
        ? usage?.totalTokens
        : [choice.index, choice.delta?.role || choice.finishReason || choice.delta?.content],
    );
    const ends = FinishReason.STOP;
    expect(shape).toEqual([
      [0, Role.ASSISTANT],
      [1, Role.ASSISTANT],
      ...["Say", " hello", ",", " please"].flatMap((token) => [
        [0, token],
        [1, token],
      ]),
      [0, ends],
      [1, ends],
      12,
    ]);
    expect(new Set(chunks.map(({ id, model, systemFingerprint }) => `${id} ${model} ${systemFingerprint}`)).size).toBe(1);
    expect(chunks[0]).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-demo-[0-9a-f]{16}$/),
      model: "demo/echo",
      systemFingerprint: "fp_demo",
    });
    expect(chunks.at(-1)?.usage).toMatchObject({ promptTokens: 4, completionTokens: 8 });
    expect(asked.call.notes).toEqual({ upstreamModel: "echo", upstreamRequestId: chunks[0]?.id });
  });

  it.each(["echo", "text", "burst", "tool", "json", "pii", "slow", "reasoning"])(
    "%s says the same streamed and unstreamed",
    async (model) => {
      const init = { seed: 7, n: 2, tools: [weather] };
      const [streamed, whole] = [await replyOf(model, init), await replyOf(model, init, { streamed: false })];
      expect({ ...whole, created: 0 }).toEqual({ ...streamed, created: 0 });
      expect(streamed.choices).toHaveLength(2);
    },
  );

  it("answers an unstreamed call with one event", async () => {
    const chunks = await chunksOf(ask("echo", { n: 3 }, { streamed: false }));
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toMatchObject({
      choices: [{ index: 0, finishReason: FinishReason.STOP }, { index: 1 }, { index: 2 }],
      usage: { promptTokens: 4 },
    });
  });

  it("has an id of the seed, else of the call", async () => {
    const id = async (init: RequestInit, callId: string) => (await replyOf("echo", init, { callId })).id;
    expect(await id({ seed: 1 }, "a")).toBe(await id({ seed: 1 }, "b"));
    expect(await id({}, "a")).not.toBe(await id({}, "b"));
  });

  it.each([
    ["an unknown model", "nobody", {}, { code: "model_not_found", param: "model", message: "there is no demo model nobody" }],
    ["a slip", "txet", {}, { code: "model_not_found", message: "there is no demo model txet; did you mean text?" }],
    ["error-429", "error-429", {}, { code: "upstream_rate_limited", retryAfterMs: 1000 }],
    ["error-500", "error-500", {}, { code: "upstream_error" }],
    ["no tokens", "text", { maxTokens: 0 }, { code: "invalid_request", param: "max_completion_tokens" }],
    ["too many stops", "text", { stop: ["a", "b", "c", "d", "e"] }, { code: "invalid_request", param: "stop" }],
    [
      "a schema that is not JSON",
      "json",
      { responseFormat: { type: "json_schema", jsonSchema: { name: "x", schemaJson: "{" } } },
      { code: "invalid_request", param: "response_format" },
    ],
    [
      "a tool nobody offered",
      "tool",
      { tools: [time], toolChoice: { choice: { case: "function", value: { name: "get_weather" } } } },
      { code: "invalid_request", param: "tool_choice" },
    ],
    [
      "a tool required of none",
      "tool",
      { toolChoice: { choice: { case: "mode", value: "required" } } },
      { code: "invalid_request", param: "tool_choice" },
    ],
  ] as const satisfies readonly (readonly [string, string, RequestInit, object])[])(
    "refuses %s",
    async (_, model, init, expected) => {
      const asked = ask(model, init);
      await expect(asked.stream).rejects.toMatchObject(expected);
      expect(asked.lease.error).toMatchObject(expected);
    },
  );
});

describe("demo/echo", () => {
  it.each([
    [
      "the last user message",
      {
        messages: [
          { role: Role.USER, content: "a" },
          { role: Role.USER, content: "b" },
          { role: Role.ASSISTANT, content: "c" },
        ],
      },
      "b",
    ],
    [
      "its text parts",
      {
        messages: [
          {
            role: Role.USER,
            parts: [
              { part: { case: "text", value: "a" } },
              { part: { case: "imageUrl", value: { url: "x" } } },
              { part: { case: "text", value: "b" } },
            ],
          },
        ],
      },
      "ab",
    ],
    ["nothing", { messages: [{ role: Role.SYSTEM, content: "a" }] }, ""],
    ["up to a stop sequence", { stop: ["o, p"] }, "Say hell"],
  ] as const satisfies readonly (readonly [string, RequestInit, string])[])("says %s", async (_, init, expected) => {
    const reply = await replyOf("echo", init);
    expect(textOf(reply)).toBe(expected);
    expect(reply.choices[0]?.finishReason).toBe(FinishReason.STOP);
  });
});

describe("demo/text and demo/burst", () => {
  it.each([
    ["max_tokens", { maxTokens: 5 }, 5],
    ["max_completion_tokens before it", { maxTokens: 5, maxCompletionTokens: 500 }, 500],
  ])("go on up to %s", async (_, init, tokens) => {
    const reply = await replyOf("burst", init);
    expect(reply.usage?.completionTokens).toBe(tokens);
    expect(reply.choices[0]?.finishReason).toBe(FinishReason.LENGTH);
  });

  it("end with a sentence when nothing is asked", async () => {
    const reply = await replyOf("text");
    expect(textOf(reply)).toMatch(/^The .*\.$/);
    expect(reply.usage?.completionTokens).toBeGreaterThanOrEqual(60);
    expect(reply.choices[0]?.finishReason).toBe(FinishReason.STOP);
  });

  it("say the same for a seed, and something else in every choice and for another", async () => {
    const [one, again, other] = [
      await replyOf("text", { seed: 1, n: 2 }),
      await replyOf("burst", { seed: 1 }),
      await replyOf("burst", { seed: 2 }),
    ];
    expect(textOf(one)).toBe(textOf(again));
    expect(textOf(one)).not.toBe(textOf(one, 1));
    expect(textOf(again)).not.toBe(textOf(other));
  });

  it("text comes at 50 tokens a second, the first at once", async () => {
    const { clock, stream } = ask("text", { maxTokens: 100 });
    let tokens = 0;
    const reading = (async () => {
      for await (const batch of await stream) tokens += batch.filter((event) => event.chunk().choices[0]?.delta?.content).length;
    })();
    await clock.advance(0);
    expect(tokens).toBe(1);
    await clock.advance(1000);
    expect(tokens).toBe(51);
    await clock.advance(1000);
    expect(tokens).toBe(100);
    await reading;
  });

  it("burst is made as it is read, twenty tokens a time", async () => {
    const { stream, lease } = ask("burst", { maxTokens: 1_000_000_000 });
    const iterator = (await stream)[Symbol.asyncIterator]();
    for (let i = 0; i < 10; i++) expect((await iterator.next()).value).toHaveLength(20);
    lease.close();
  });

  it("a slow reader gets what is due by then, at most twenty tokens at once", async () => {
    const { clock, stream } = ask("text", { maxTokens: 100 });
    const iterator = (await stream)[Symbol.asyncIterator]();
    await clock.advance(200);
    expect((await iterator.next()).value).toHaveLength(12); // the role, and tokens at 0, 20, … 200 ms
    await clock.advance(1000);
    expect((await iterator.next()).value).toHaveLength(20);
  });
});

describe("cancellation", () => {
  it.each(["text", "slow"])("of %s ends the read that waits and its timer", async (model) => {
    const { clock, lease, stream } = ask(model, { maxTokens: 100 });
    const iterator = (await stream)[Symbol.asyncIterator]();
    if (model === "text") await iterator.next();
    const read = iterator.next();
    expect(clock.pending).toBe(1);
    const gone = new GatewayError("cancelled", "client gone");
    lease.close(gone);
    await expect(read).rejects.toBe(gone);
    expect(clock.pending).toBe(0);
    await expect(iterator.next()).rejects.toBe(gone);
  });

  it("by the stream, and by leaving the loop, closes the lease", async () => {
    const one = ask("burst");
    const reason = new GatewayError("cancelled", "enough");
    (await one.stream).cancel(reason);
    expect(one.lease.error).toBe(reason);
    const two = ask("burst");
    for await (const _ of await two.stream) break;
    expect(two.lease.error?.code).toBe("cancelled");
  });

  it("of an unstreamed call fails it", async () => {
    const { lease, stream } = ask("slow", {}, { streamed: false });
    const gone = new GatewayError("deadline_exceeded", "too late");
    lease.close(gone);
    await expect(stream).rejects.toBe(gone);
  });
});

describe("demo/slow", () => {
  it("says nothing for five seconds", async () => {
    const { clock, stream } = ask("slow", { maxTokens: 3 });
    let batches = 0;
    const reading = (async () => {
      for await (const _ of await stream) batches++;
    })();
    await clock.advance(4999);
    expect(batches).toBe(0);
    await clock.advance(1);
    expect(batches).toBe(1);
    await clock.advance(1000);
    await reading;
  });
});

describe("demo/cut", () => {
  it("dies after some text", async () => {
    const asked = ask("cut");
    const iterator = (await asked.stream)[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.length).toBeGreaterThan(10);
    await expect(iterator.next()).rejects.toMatchObject({ code: "upstream_interrupted" });
    expect(asked.lease.error?.code).toBe("upstream_interrupted");
  });

  it("fails an unstreamed call", async () => {
    await expect(ask("cut", {}, { streamed: false }).stream).rejects.toMatchObject({ code: "upstream_interrupted" });
  });
});

describe("demo/tool", () => {
  it("calls the first tool with arguments of its schema", async () => {
    const reply = await replyOf("tool", { tools: [weather, time] });
    expect(reply.choices[0]?.message?.toolCalls).toMatchObject([
      { id: expect.stringMatching(/^call_demo_/), type: "function", function: { name: "get_weather" } },
    ]);
    expect(JSON.parse(argumentsOf(reply))).toEqual({ city: "demo", unit: "c" });
    expect(reply.choices[0]?.finishReason).toBe(FinishReason.TOOL_CALLS);
    expect(textOf(reply)).toBeUndefined();
  });

  const choose = (choice: NonNullable<RequestInit["toolChoice"]>["choice"]) =>
    ({ tools: [weather, time, custom], toolChoice: { choice } }) as RequestInit;
  it.each([
    ["auto", choose({ case: "mode", value: "auto" }), "get_weather"],
    ["required", choose({ case: "mode", value: "required" }), "get_weather"],
    ["a named function", choose({ case: "function", value: { name: "get_time" } }), "get_time"],
    ["a named custom tool", choose({ case: "custom", value: { name: "shell" } }), "shell"],
    [
      "allowed tools",
      choose({
        case: "allowedTools",
        value: { mode: "auto", toolsJson: ['{"type":"function","function":{"name":"get_time"}}'] },
      }),
      "get_time",
    ],
    ["none", choose({ case: "mode", value: "none" }), undefined],
    ["no tools", {}, undefined],
    [
      "a tool's result in the messages",
      {
        tools: [weather],
        messages: [
          { role: Role.USER, content: "a" },
          { role: Role.TOOL, content: "b", toolCallId: "1" },
        ],
      },
      undefined,
    ],
  ] as readonly (readonly [string, RequestInit, string | undefined])[])("honours %s", async (_, init, expected) => {
    const message = (await replyOf("tool", init)).choices[0]?.message;
    const [call] = message?.toolCalls ?? [];
    expect(call?.function?.name ?? call?.custom?.name).toBe(expected);
    expect(message?.content === undefined).toBe(expected !== undefined);
  });

  it("takes a schema as a Struct, and none as no arguments", async () => {
    const parameters = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
    expect(argumentsOf(await replyOf("tool", { tools: [{ function: { name: "f", parameters } }] }))).toBe('{"n":1}');
    expect(argumentsOf(await replyOf("tool", { tools: [time] }))).toBe("{}");
  });
});

describe("demo/json", () => {
  it.each([
    [
      "a schema as text",
      { type: "json_schema", jsonSchema: { name: "x", schemaJson: '{"type":"object","properties":{"a":{"type":"integer"}}}' } },
      { a: 1 },
    ],
    ["a schema as a Struct", { type: "json_schema", jsonSchema: { name: "x", schema: { const: "c" } } }, "c"],
    ["any object", { type: "json_object" }, { answer: "demo" }],
    ["no format", undefined, { answer: "demo" }],
  ])("makes an instance of %s", async (_, responseFormat, expected) => {
    const reply = await replyOf("json", responseFormat === undefined ? {} : { responseFormat });
    expect(JSON.parse(textOf(reply) ?? "")).toEqual(expected);
  });
});

describe("demo/pii", () => {
  it("has personal data of several kinds, the card's check digit right", async () => {
    const text = textOf(await replyOf("pii")) ?? "";
    for (const pattern of [/\S+@example\.com/, /\+1 202-555-01\d\d/, /DE89[ \d]{23}/, /\d{3}-\d{2}-\d{4}/, /192\.0\.2\.\d+/])
      expect(text).toMatch(pattern);
    const [card = ""] = /(\d{4} ){3}\d{4}/.exec(text) ?? [];
    const digits = [...card.replaceAll(" ", "")].reverse().map(Number);
    expect(digits.reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : ((digit * 2 - 1) % 9) + 1), 0) % 10).toBe(0);
  });
});

describe("demo/reasoning", () => {
  it("reasons, then answers", async () => {
    const reply = await replyOf("reasoning");
    expect(reply.choices[0]?.message?.reasoning).toMatch(/^The question/);
    expect(textOf(reply)).toMatch(/^The .*\.$/);
    expect(reply.usage?.completionTokensDetails?.reasoningTokens).toBeGreaterThan(10);
  });

  it("does not with the effort none", async () => {
    expect((await replyOf("reasoning", { reasoningEffort: "none" })).choices[0]?.message?.reasoning).toBeUndefined();
  });
});
