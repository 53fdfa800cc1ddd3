import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bedrockStream } from "../../test/support/bedrock-stream.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { cut, FakeUpstream, type Script, stall } from "../../test/support/fake-upstream.ts";
import { FakeBedrock, fakeApiKey, fakeIdentity, reasoned } from "../../test/support/fakes/bedrock.ts";
import { type CallOptions, readReply, upstreamCall } from "../../test/support/upstream-call.ts";
import { GatewayError } from "../chat/error.ts";
import { Fold } from "../chat/fold.ts";
import { Secret } from "../chat/secret.ts";
import { encodeResponse } from "../codec/openai/encode-reply.ts";
import { type BedrockOptions, bedrock } from "./bedrock.ts";
import type { Provider } from "./provider.ts";

const clock = new FakeClock();
const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const { region } = fakeIdentity;
const keys = { accessKeyId: fakeIdentity.accessKeyId, secretAccessKey: new Secret(fakeIdentity.secretAccessKey) };
let fake: FakeBedrock;
let provider: Provider;
const others: Provider[] = [];

beforeAll(async () => {
  fake = await FakeBedrock.start();
  provider = bedrock("aws", { region, ...keys, baseUrl: fake.origin, models: [claude] }, { clock });
});
afterAll(async () => {
  await Promise.all([provider, ...others].map((one) => one.close()));
  await fake.close();
});

function another(options: BedrockOptions): Provider {
  const made = bedrock("aws", { region, baseUrl: fake.origin, ...options }, { clock });
  others.push(made);
  return made;
}

interface Reply {
  readonly choices: readonly [{ readonly message: Record<string, unknown>; readonly finish_reason: string }];
  readonly usage: object;
}

/** Asks and gives the reply as a REST client gets it. */
async function ask(body: object, { streamed = false, model = claude, from = provider } = {}): Promise<Reply> {
  const call = { ...upstreamCall({ streamed, body }), model };
  const { batches, error } = await readReply(await from.chat(call));
  if (error !== undefined) throw error;
  expect(call.lease.closed).toBe(true);
  const fold = new Fold();
  for (const event of batches.flat()) fold.add(event.chunk());
  return JSON.parse(encodeResponse(fold.response(), { sluice: false }));
}

async function failure(from: Provider, options: CallOptions = {}): Promise<GatewayError> {
  const call = upstreamCall(options);
  try {
    const { error } = await readReply(await from.chat(call));
    if (error !== undefined) return error;
  } catch (error) {
    if (error instanceof GatewayError) {
      expect(call.lease.error).toBe(error);
      return error;
    }
    throw error;
  }
  throw new Error("it did not fail");
}

const hi = { role: "user", content: "Hi" };
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } };
const use = (toolUseId: string, place: string) => ({ toolUse: { toolUseId, name: "weather", input: { place } } });
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe.each([{ streamed: false }, { streamed: true }])("Bedrock, streamed: $streamed", ({ streamed }) => {
  it("answers", async () => {
    const { choices, usage } = await ask({ messages: [hi] }, { streamed });
    expect(choices[0]).toMatchObject({ message: { content: "Hello from the fake." }, finish_reason: "stop" });
    expect(usage).toEqual({ prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 });
    expect(fake.requests.at(-1)).toMatchObject({ model: claude, streamed });
  });

  it("goes three turns of tools, two at a time, with reasoning that is proven", async () => {
    const talk: object[] = [{ role: "system", content: "Be brief." }, hi];
    const turn = async () => {
      const { choices } = await ask({ messages: talk, tools: [weather], reasoning_effort: "low" }, { streamed });
      talk.push(choices[0].message);
      return choices[0];
    };
    const redacted = { reasoningContent: { redactedContent: "cmVk" } };
    fake.next(
      { content: [reasoned("Two places. 👋"), redacted, { text: "Looking." }, use("t1", "Oslo"), use("t2", "Rome")] },
      { content: [reasoned("One more."), use("t3", "Bern")] },
      { content: [{ text: "Rain everywhere." }] },
    );
    const first = await turn();
    expect(first.finish_reason).toBe("tool_calls");
    expect(first.message.tool_calls).toHaveLength(2);
    talk.push({ role: "tool", tool_call_id: "t1", content: "Rain" }, { role: "tool", tool_call_id: "t2", content: "Rain too" });
    expect((await turn()).finish_reason).toBe("tool_calls");
    talk.push({ role: "tool", tool_call_id: "t3", content: [{ type: "text", text: "Rain" }] });
    expect((await turn()).message.content).toBe("Rain everywhere.");
    const last = fake.requests.at(-1)?.body;
    expect(last?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
    expect(last?.messages[1]?.content.slice(0, 2)).toEqual([reasoned("Two places. 👋"), redacted]);
    expect(last?.additionalModelRequestFields?.thinking).toEqual({ type: "enabled", budget_tokens: 2048 });
  });

  it("sees", async () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } };
    await ask({ messages: [{ role: "user", content: [{ type: "text", text: "What?" }, image] }] }, { streamed });
    expect(fake.requests.at(-1)?.body.messages[0]?.content[1]).toEqual({ image: { format: "png", source: { bytes: png } } });
  });

  const form = { type: "json_schema", json_schema: { name: "place", schema: { type: "object", properties: {} } } };
  it("binds a reply to a JSON Schema, by its own means or by a tool", async () => {
    fake.next({ content: [{ text: "{}" }] });
    expect((await ask({ messages: [hi], response_format: form }, { streamed })).choices[0].message.content).toBe("{}");
    expect(fake.requests.at(-1)?.body.outputConfig?.textFormat).toBeDefined();
    fake.next({ content: [{ toolUse: { toolUseId: "t", name: "sluice_structured_reply", input: { place: "Oslo" } } }] });
    const old = await ask({ messages: [hi], response_format: form }, { streamed, model: "us.amazon.nova-pro-v1:0" });
    expect(old.choices[0]).toMatchObject({ message: { content: '{"place":"Oslo"}' }, finish_reason: "stop" });
    expect(fake.requests.at(-1)?.body.toolConfig?.toolChoice?.tool?.name).toBe("sluice_structured_reply");
  });

  it.each([
    ["reasoning in a forced call", { reasoning_effort: "high", tools: [weather], tool_choice: "required" }],
    [
      "reasoning after calls without",
      {
        reasoning_effort: "high",
        tools: [weather],
        messages: [
          hi,
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "t", type: "function", function: { name: "weather", arguments: "" } }],
          },
          { role: "tool", tool_call_id: "t", content: "x" },
        ],
      },
    ],
    ["reasoning at a low temperature", { reasoning_effort: "low", temperature: 0.1 }],
    ["reasoning in little room", { reasoning_effort: "max", max_completion_tokens: 1500 }],
    ["everything else", { seed: 1, n: 1, stop: ["x"], top_p: 0.5, service_tier: "flex", user: "u", metadata: { a: "b" } }],
  ])("takes %s", async (_what, more) => {
    expect((await ask({ messages: [hi], ...more }, { streamed })).choices[0].finish_reason).toBe("stop");
  });

  it.each([
    ["ThrottlingException", 429, "upstream_rate_limited", "the upstream's rate limit is reached"],
    ["ServiceQuotaExceededException", 400, "upstream_rate_limited", "words"],
    ["AccessDeniedException", 403, "upstream_auth", "the upstream refused the gateway's credentials"],
    ["ExpiredTokenException", 403, "upstream_auth", "the upstream refused the gateway's credentials"],
    ["ResourceNotFoundException", 404, "model_not_found", "words"],
    ["ModelTimeoutException", 408, "upstream_timeout", "the upstream took too long"],
    ["ModelErrorException", 424, "upstream_error", "the upstream failed"],
    ["ModelNotReadyException", 429, "upstream_error", "the upstream failed"],
    ["InternalServerException", 500, "upstream_error", "the upstream failed"],
    ["ServiceUnavailableException", 503, "upstream_error", "the upstream failed"],
    ["ValidationException", 400, "invalid_request", "words"],
  ])("says of %s what a client may know", async (type, status, code, message) => {
    fake.next({ error: { status, type, message: "words" } });
    expect(await failure(provider, { streamed })).toMatchObject({ code, message, provider: "aws" });
  });

  it.each([
    ["Input is too long for requested model.", "context_length_exceeded"],
    ["input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "context_length_exceeded"],
    ["The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum", "context_length_exceeded"],
    ["The provided model identifier is invalid.", "model_not_found"],
    ["1 validation error detected", "invalid_request"],
  ])("understands %s", async (message, code) => {
    fake.next({ error: { status: 400, type: "ValidationException", message } });
    expect(await failure(provider, { streamed })).toMatchObject({ code });
  });

  it("takes an API key instead of signatures", async () => {
    const reply = await ask({ messages: [hi] }, { streamed, from: another({ apiKey: new Secret(fakeApiKey) }) });
    expect(reply.choices[0].message.content).toBe("Hello from the fake.");
  });

  it.each<[string, BedrockOptions]>([
    ["key", { ...keys, secretAccessKey: new Secret("other") }],
    ["region", { ...keys, region: "us-east-1" }],
  ])("does not get in with another %s", async (_what, options) => {
    expect(await failure(another(options), { streamed })).toMatchObject({ code: "upstream_auth" });
  });
});

it.each([{ streamed: false }, { streamed: true }])(
  "names its replies by the request's id, streamed: $streamed",
  async ({ streamed }) => {
    const call = { ...upstreamCall({ streamed }), model: claude };
    const { batches } = await readReply(await provider.chat(call));
    const ids = new Set(batches.flat().map((event) => event.chunk().id));
    expect([...ids]).toEqual([call.notes.upstreamRequestId]);
    expect(call.notes.upstreamRequestId).toMatch(/^fake-/);
  },
);

it("notes the request's id and what was left out", async () => {
  const call = { ...upstreamCall({ body: { seed: 1 } }), model: claude };
  await readReply(await provider.chat(call));
  expect(call.notes).toEqual({ upstreamRequestId: expect.stringMatching(/^fake-\d+$/), droppedParams: ["seed"] });
});

it.each([".", "..", "a/../b"])("asks nobody for a model called %s", async (model) => {
  const asked = fake.requests.length;
  await expect(ask({ messages: [hi] }, { model })).rejects.toMatchObject({ code: "model_not_found", param: "model" });
  expect(fake.requests).toHaveLength(asked);
});

it("signs for ids that are ARNs", async () => {
  const model = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3";
  await ask({ messages: [hi] }, { model });
  expect(fake.requests.at(-1)?.model).toBe(model);
});

describe("a stream that goes wrong", () => {
  it.each([
    ["throttlingException", "upstream_rate_limited"],
    ["internalServerException", "upstream_error"],
    ["modelStreamErrorException", "upstream_error"],
    ["modelTimeoutException", "upstream_timeout"],
    ["validationException", "invalid_request"],
    ["somethingNew", "upstream_error"],
  ])("ends with its %s, after what came before", async (streamError, code) => {
    fake.next({ content: [{ text: "Half" }], streamError });
    const { batches, error } = await readReply(await provider.chat({ ...upstreamCall(), model: claude }));
    expect(
      batches
        .flat()
        .map((event) => event.chunk().choices[0]?.delta?.content ?? "")
        .join(""),
    ).toBe("Half");
    expect(error).toMatchObject({ code, provider: "aws" });
    expect(error?.message).not.toContain("secret");
  });

  const bytes = bedrockStream([
    ["messageStart", { role: "assistant" }],
    ["contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Hi" } }],
    ["contentBlockStop", { contentBlockIndex: 0 }],
  ]);
  const headers = { "content-type": "application/vnd.amazon.eventstream" };

  async function scripted(script: Script): Promise<GatewayError> {
    const upstream = await FakeUpstream.start();
    upstream.always(script);
    const from = another({ ...keys, baseUrl: upstream.origin });
    const error = await failure(from);
    await upstream.close();
    return error;
  }

  it("is never taken for a whole one, wherever it ends", async () => {
    const upstream = await FakeUpstream.start();
    const from = another({ ...keys, baseUrl: upstream.origin });
    for (let at = 0; at <= bytes.length; at += 7) {
      upstream.next({ headers, steps: [bytes.subarray(0, at)] }, { headers, steps: [bytes.subarray(0, at), cut] });
      expect(await failure(from)).toMatchObject({ code: "upstream_interrupted" });
      expect(await failure(from)).toMatchObject({ code: "upstream_interrupted" });
    }
    await upstream.close();
  });

  it("ends with damage", async () => {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(30) ^ 1, 30);
    expect(await scripted({ headers, steps: [damaged] })).toMatchObject({ code: "upstream_error", provider: "aws" });
  });

  it("ends with what is no event of Bedrock's", async () => {
    const odd = bedrockStream([["contentBlockDelta", [1]]]);
    expect(await scripted({ headers, steps: [odd] })).toMatchObject({ code: expect.stringMatching(/^upstream_/) });
  });

  it("is cancelled by its client, which closes the connection", async () => {
    const upstream = await FakeUpstream.start();
    upstream.next({ headers, steps: [bytes, stall] });
    const stream = await another({ ...keys, baseUrl: upstream.origin }).chat(upstreamCall());
    await stream[Symbol.asyncIterator]().next();
    stream.cancel(new GatewayError("cancelled", "gone"));
    await (await upstream.request()).closed;
    await upstream.close();
  });
});

it.each<[string, BedrockOptions, string]>([
  ["no region", {}, "provider aws: region is missing, and the environment has no AWS_REGION"],
  ["half of the keys", { region: "x", accessKeyId: "a" }, "provider aws: accessKeyId and secretAccessKey go together"],
])("is not made with %s", (_what, options, message) => {
  expect(() => bedrock("aws", options, { clock })).toThrow(message);
});
