import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { cut, FakeUpstream, stall } from "../../test/support/fake-upstream.ts";
import { chunk, FakeGemini, status } from "../../test/support/fakes/gemini.ts";
import { type CallOptions, readReply, upstreamCall } from "../../test/support/upstream-call.ts";
import { GatewayError } from "../chat/error.ts";
import { Fold } from "../chat/fold.ts";
import { Secret } from "../chat/secret.ts";
import { encodeResponse } from "../codec/openai/encode-reply.ts";
import { gemini } from "./gemini.ts";
import type { Provider, UpstreamCall } from "./provider.ts";

const clock = new FakeClock();
const model = "gemini-3-flash-preview";
let fake: FakeGemini;
let provider: Provider;

beforeAll(async () => {
  fake = await FakeGemini.start();
  provider = gemini(
    "google",
    { apiKey: new Secret(FakeGemini.key), baseUrl: `${fake.origin}/v1beta`, models: [model] },
    { clock },
  );
});
afterEach(() => fake.clear());
afterAll(async () => {
  await provider.close();
  await fake.close();
});

interface Asked {
  readonly call: UpstreamCall;
  readonly error: GatewayError | undefined;
  readonly response: ReturnType<Fold["response"]>;
  /** As an OpenAI client sees it. */
  readonly message: Record<string, unknown>;
}

async function ask(options: CallOptions & { readonly model?: string } = {}, asked = provider): Promise<Asked> {
  const call = { ...upstreamCall(options), model: options.model ?? model };
  const read = await asked.chat(call).then(readReply, (error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    return { batches: [], error };
  });
  expect(call.lease.closed).toBe(true);
  expect(call.lease.error).toBe(read.error);
  expect(inspect(read.error, { depth: 20 })).not.toContain(FakeGemini.key);
  const fold = new Fold();
  for (const event of read.batches.flat()) fold.add(event.chunk());
  const response = fold.response();
  const json = JSON.parse(encodeResponse(response, { sluice: false })) as { choices: { message: Record<string, unknown> }[] };
  return { call, error: read.error, response, message: json.choices[0]?.message ?? {} };
}

const user = (content: unknown) => ({ role: "user", content });
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const tools = [{ type: "function", function: { name: "weather", parameters: schema } }];

describe.each([
  ["streamed", true],
  ["unstreamed", false],
])("%s", (_how, streamed) => {
  it("asks the model's path with the key in a header, and gives the reply", async () => {
    const { message, response, call } = await ask({ streamed });
    expect(message.content).toBe("Grüß Gott");
    expect(response.choices[0]?.finishReason).toBe(FinishReason.STOP);
    expect(response.usage).toMatchObject({ promptTokens: 4, completionTokens: 3, totalTokens: 7 });
    expect(call.notes).toMatchObject({ upstreamModel: model, droppedParams: [] });
    const method = streamed ? "streamGenerateContent?alt=sse" : "generateContent";
    expect(fake.taken[0]?.path).toBe(`/v1beta/models/${model}:${method}`);
    expect(fake.taken[0]?.headers["x-goog-api-key"]).toBe(FakeGemini.key);
    expect(fake.taken[0]?.path).not.toContain(FakeGemini.key);
  });

  it("crosses three turns of tools with parallel calls and their signatures", async () => {
    const called = (place: string, signature?: string) => ({
      functionCall: { name: "weather", args: { place } },
      ...(signature === undefined ? {} : { thoughtSignature: signature }),
    });
    fake.next(
      [
        chunk([{ text: "Two places. ", thought: true }, called("Oslo", "Zmlyc3Q=")], {}, { responseId: "one" }),
        chunk([called("Rome")], { finishReason: "STOP" }, { responseId: "one" }),
      ],
      [chunk([called("Bern", "c2Vjb25k")], { finishReason: "STOP" }, { responseId: "two" })],
      [
        chunk([{ text: "Rain, sun, snow." }], {}, { responseId: "three" }),
        chunk([{ text: "", thoughtSignature: "dGhpcmQ=" }], { finishReason: "STOP" }, { responseId: "three" }),
      ],
    );
    const messages: unknown[] = [user("The weather in Oslo, Rome and Bern?")];
    const answer = async () => {
      const { message, error, response } = await ask({ streamed, body: { messages, tools, reasoning_effort: "low" } });
      expect(error).toBeUndefined();
      messages.push(message);
      return response;
    };
    const first = await answer();
    expect(first.choices[0]?.finishReason).toBe(FinishReason.TOOL_CALLS);
    expect(first.choices[0]?.message?.toolCalls.map(({ id }) => id)).toEqual(["call_one_0", "call_one_1"]);
    messages.push({ role: "tool", tool_call_id: "call_one_1", content: "sun" });
    messages.push({ role: "tool", tool_call_id: "call_one_0", content: '{"sky":"rain"}' });
    await answer();
    messages.push({ role: "tool", tool_call_id: "call_two_0", content: "snow" });
    await answer();
    messages.push(user("Thanks"));
    await answer();
    expect(fake.refused).toEqual([]);
    const call = (id: string, place: string, signature?: string) => ({
      functionCall: { id, name: "weather", args: { place } },
      ...(signature === undefined ? {} : { thoughtSignature: signature }),
    });
    const result = (id: string, response: object) => ({ functionResponse: { id, name: "weather", response } });
    expect(fake.taken.at(-1)?.body.contents).toEqual([
      { role: "user", parts: [{ text: "The weather in Oslo, Rome and Bern?" }] },
      {
        role: "model",
        parts: [{ text: "Two places. ", thought: true }, call("call_one_0", "Oslo", "Zmlyc3Q="), call("call_one_1", "Rome")],
      },
      { role: "user", parts: [result("call_one_1", { output: "sun" }), result("call_one_0", { sky: "rain" })] },
      { role: "model", parts: [call("call_two_0", "Bern", "c2Vjb25k")] },
      { role: "user", parts: [result("call_two_0", { output: "snow" })] },
      { role: "model", parts: [{ text: "Rain, sun, snow.", thoughtSignature: "dGhpcmQ=" }] },
      { role: "user", parts: [{ text: "Thanks" }] },
    ]);
  });

  it("goes on with another model's calls", async () => {
    const calls = ["a", "b"].map((id) => ({
      id,
      type: "function",
      function: { name: "weather", arguments: '{"place":"Oslo"}' },
    }));
    const results = ["a", "b"].map((id) => ({ role: "tool", tool_call_id: id, content: "sun" }));
    const messages = [user("Weather?"), { role: "assistant", content: null, tool_calls: calls }, ...results];
    const { error } = await ask({ streamed, body: { messages, tools } });
    expect(error).toBeUndefined();
    const [first, second] = fake.taken[0]?.body.contents?.[1]?.parts ?? [];
    expect(first?.thoughtSignature).toBe("skip_thought_signature_validator");
    expect(second).not.toHaveProperty("thoughtSignature");
  });

  it("shows pictures and asks for a form", async () => {
    const json = '{"place":"Oslo"}';
    fake.next([chunk([{ text: json }], { finishReason: "STOP" })]);
    const content = [
      { type: "text", text: "Where?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
      { type: "image_url", image_url: { url: "https://example.com/a.webp" } },
    ];
    const response_format = { type: "json_schema", json_schema: { name: "place", schema } };
    const { message } = await ask({ streamed, body: { messages: [user(content)], response_format } });
    expect(message.content).toBe(json);
    expect(fake.taken[0]?.body).toEqual({
      contents: [
        {
          role: "user",
          parts: [
            { text: "Where?" },
            { inlineData: { mimeType: "image/png", data: "aGk=" } },
            { fileData: { fileUri: "https://example.com/a.webp", mimeType: "image/webp" } },
          ],
        },
      ],
      generationConfig: { responseMimeType: "application/json", responseJsonSchema: schema },
    });
  });

  it.each([
    [status(429, "RESOURCE_EXHAUSTED", "Quota exceeded for key AIzaSecretSecretSecret"), "upstream_rate_limited"],
    [status(403, "PERMISSION_DENIED", "no"), "upstream_auth"],
    [status(500, "INTERNAL", "oops"), "upstream_error"],
    [status(503, "UNAVAILABLE", "The model is overloaded."), "upstream_error"],
    [status(504, "DEADLINE_EXCEEDED", "late"), "upstream_timeout"],
    [status(404, "NOT_FOUND", "models/x is not found"), "model_not_found"],
  ])("translates %j", async (refusal, code) => {
    fake.next(refusal);
    const { error } = await ask({ streamed });
    expect(error).toMatchObject({ code, provider: "google" });
    expect(error?.message).not.toContain("AIza");
  });

  it("is refused with a bad key, which is not the client's", async () => {
    const other = gemini("google", { apiKey: new Secret("AIza-other"), baseUrl: `${fake.origin}/v1beta` }, { clock });
    const { error } = await ask({ streamed }, other);
    await other.close();
    expect(error).toMatchObject({ code: "upstream_auth", message: "the upstream refused the gateway's credentials" });
  });
});

describe("the model's name", () => {
  it.each([
    ["gemini?key=x#y", "gemini%3Fkey%3Dx%23y"],
    ["gemini:embedContent", "gemini%3AembedContent"],
    ["..", ".."],
    ["models/gemini-pro-latest", "gemini-pro-latest"],
    ["%2e%2e/gemini", "%252e%252e%2Fgemini"],
  ])("%s stays one segment of the path", async (name, segment) => {
    const upstream = await FakeUpstream.start();
    const other = gemini("google", { apiKey: new Secret("k"), baseUrl: `${upstream.origin}/v1beta` }, { clock });
    upstream.next({ status: 404, steps: ["{}"] });
    await ask({ model: name, streamed: false }, other);
    expect((await upstream.request()).path).toBe(`/v1beta/models/${segment}:generateContent`);
    await other.close();
    await upstream.close();
  });

  it.each(["../../v1/projects/x", "x/../y", "..\\y"])("%s is asked of nobody", async (name) => {
    const { error } = await ask({ model: name, streamed: false });
    expect(error).toMatchObject({ code: "model_not_found", param: "model" });
    expect([fake.taken, fake.refused]).toEqual([[], []]);
  });
});

describe("a stream that is cut", () => {
  const frames = [chunk([{ text: "Hel" }]), chunk([{ text: "lo" }], { finishReason: "STOP" })].map(
    (piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`,
  );
  const whole = frames.join("");

  async function askCut(at: number): Promise<Asked> {
    const upstream = await FakeUpstream.start();
    const other = gemini("google", { apiKey: new Secret("k"), baseUrl: upstream.origin }, { clock });
    upstream.next({ headers: { "content-type": "text/event-stream" }, steps: [whole.slice(0, at), cut] });
    const asked = await ask({}, other);
    await other.close();
    await upstream.close();
    return asked;
  }

  it.each([0, 5, 40, frames[0]?.length ?? 0, whole.length - 4])("at %i is interrupted", async (at) => {
    expect((await askCut(at)).error).toMatchObject({ code: "upstream_interrupted" });
  });

  it("ends with the client", async () => {
    const upstream = await FakeUpstream.start();
    const other = gemini("google", { apiKey: new Secret("k"), baseUrl: upstream.origin }, { clock });
    upstream.next({ headers: { "content-type": "text/event-stream" }, steps: [frames[0] ?? "", stall] });
    const call = { ...upstreamCall(), model };
    const stream = await other.chat(call);
    const request = await upstream.request();
    stream.cancel(new GatewayError("cancelled", "the client went"));
    await request.closed;
    expect(call.lease.error?.code).toBe("cancelled");
    await other.close();
    await upstream.close();
  });
});

it("offers the models it was told", () => {
  expect(provider.models()).toEqual([{ id: model, created: 0 }]);
});
