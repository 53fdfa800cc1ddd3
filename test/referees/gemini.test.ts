import { ApiError, FunctionCallingConfigMode, type GenerateContentResponse, GoogleGenAI, ThinkingLevel } from "@google/genai";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chunk, FakeGemini, status } from "../support/fakes/gemini.ts";

// The vendor's own client is the referee of the fake that Sluice's provider is tested against.
let fake: FakeGemini;
let client: GoogleGenAI;
const model = "gemini-3-flash-preview";
const schema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const weather = { name: "weather", description: "The weather at a place", parametersJsonSchema: schema };

beforeAll(async () => {
  fake = await FakeGemini.start();
  client = new GoogleGenAI({ apiKey: FakeGemini.key, httpOptions: { baseUrl: fake.origin } });
});
afterEach(() => fake.clear());
afterAll(() => fake.close());

async function all(stream: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const piece of stream) chunks.push(piece);
  return chunks;
}

async function refusal(ask: Promise<unknown>): Promise<ApiError> {
  const error = await ask.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error("no ApiError", { cause: error });
  return error;
}

describe("Google's client takes the fake for the Gemini API", () => {
  it("unstreamed", async () => {
    const response = await client.models.generateContent({ model, contents: "Hi", config: { systemInstruction: "Be brief." } });
    expect(response.text).toBe("Hi");
    expect(response.usageMetadata?.totalTokenCount).toBe(7);
    expect(fake.taken[0]).toMatchObject({
      model,
      streamed: false,
      body: { systemInstruction: { parts: [{ text: "Be brief." }] } },
    });
  });

  it("streamed", async () => {
    fake.next([chunk([{ text: "Grüß " }]), chunk([{ text: "Gott" }], { finishReason: "STOP" })]);
    const chunks = await all(await client.models.generateContentStream({ model, contents: "Hi" }));
    expect(chunks.map(({ text }) => text)).toEqual(["Grüß ", "Gott"]);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
    expect(fake.taken[0]?.path).toBe(`/v1/models/${model}:streamGenerateContent?alt=sse`);
  });

  it.each([false, true])("with thoughts, streamed: %s", async (streamed) => {
    const thinking = chunk(
      [
        { text: "Hm.", thought: true },
        { text: "42", thoughtSignature: "c2ln" },
      ],
      { finishReason: "STOP" },
    );
    fake.next([thinking]);
    const config = { thinkingConfig: { thinkingLevel: ThinkingLevel.LOW, includeThoughts: true } };
    const request = { model, contents: "Why?", config };
    const [response] = streamed
      ? await all(await client.models.generateContentStream(request))
      : [await client.models.generateContent(request)];
    expect(response?.text).toBe("42");
    expect(response?.candidates?.[0]?.content?.parts).toMatchObject([{ thought: true }, { thoughtSignature: "c2ln" }]);
  });

  it("with tools, over a chat of several turns", async () => {
    const calls = [
      { functionCall: { id: "a", name: "weather", args: { place: "Oslo" } }, thoughtSignature: "c2lnbmVk" },
      { functionCall: { id: "b", name: "weather", args: { place: "Rome" } } },
    ];
    fake.next([chunk(calls, { finishReason: "STOP" })], [chunk([{ text: "Rain and sun" }], { finishReason: "STOP" })]);
    const chat = client.chats.create({
      model,
      config: {
        tools: [{ functionDeclarations: [weather] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ["weather"] } },
      },
    });
    const asked = await chat.sendMessage({ message: "The weather in Oslo and Rome?" });
    expect(asked.functionCalls?.map(({ args }) => args)).toEqual([{ place: "Oslo" }, { place: "Rome" }]);
    const result = (id: string, sky: string) => ({ functionResponse: { id, name: "weather", response: { sky } } });
    expect((await chat.sendMessage({ message: [result("a", "rain"), result("b", "sun")] })).text).toBe("Rain and sun");
    expect(fake.refused).toEqual([]);
  });

  it("with a JSON Schema, several candidates, log probabilities and safety settings", async () => {
    await client.models.generateContent({
      model,
      contents: [{ role: "user", parts: [{ text: "Where?" }, { inlineData: { mimeType: "image/png", data: "aGk=" } }] }],
      config: {
        responseMimeType: "application/json",
        responseJsonSchema: schema,
        candidateCount: 2,
        responseLogprobs: true,
        logprobs: 3,
        stopSequences: ["END"],
        seed: 1,
        topK: 40,
      },
    });
    expect(fake.refused).toEqual([]);
  });
});

describe("the fake refuses what the vendor refuses", () => {
  const call = { role: "model", parts: [{ functionCall: { name: "weather", args: {} }, thoughtSignature: "c2ln" }] };
  const ask = { role: "user", parts: [{ text: "The weather?" }] };
  const response = { role: "user", parts: [{ functionResponse: { name: "weather", response: {} } }] };

  it.each<[string, object[], RegExp]>([
    ["a role it does not know", [{ role: "assistant", parts: [{ text: "Hi" }] }], /valid role/],
    ["two turns of one role", [ask, ask], /alternate/],
    ["a model's turn first", [{ role: "model", parts: [{ text: "Hi" }] }], /begin with a user turn/],
    ["a turn without parts", [{ role: "user", parts: [] }], /must not be empty/],
    ["a part of two kinds", [{ role: "user", parts: [{ text: "Hi", inlineData: {} }] }], /oneof/],
    ["bytes that are no base64", [{ role: "user", parts: [{ inlineData: { mimeType: "a/b", data: "§" } }] }], /Base64/],
    ["a result without a call", [response], /number of function response parts/],
    ["a call without a result", [ask, call, ask], /number of function response parts/],
    [
      "a result of another function",
      [ask, call, { role: "user", parts: [{ functionResponse: { name: "time", response: {} } }] }],
      /answers no/,
    ],
    [
      "a result that is no object",
      [ask, call, { role: "user", parts: [{ functionResponse: { name: "weather", response: "sun" } }] }],
      /Struct/,
    ],
    [
      "a call of this turn without signature",
      [ask, { role: "model", parts: [{ functionCall: { name: "weather", args: {} } }] }, response],
      /thought_signature/,
    ],
  ])("%s", async (_what, contents, message) => {
    const error = await refusal(client.models.generateContent({ model, contents }));
    expect(error.status).toBe(400);
    expect(error.message).toMatch("INVALID_ARGUMENT");
    expect(JSON.parse(error.message).error.message).toMatch(message);
  });

  it.each<[string, object, RegExp]>([
    ["no contents", { contents: [] }, /contents is not specified/],
    [
      "an unknown part",
      { contents: [{ role: "user", parts: [{ words: "Hi" }] }] },
      /Unknown name "words" at 'contents\[0\].parts/,
    ],
    ["an unknown member of the config", { generationConfig: { top_k: 1 } }, /Unknown name "top_k" at 'generationConfig'/],
    ["a choice without functions", { toolConfig: { functionCallingConfig: { mode: "ANY" } } }, /without function_declarations/],
    [
      "a level and a budget",
      { generationConfig: { thinkingConfig: { thinkingLevel: "LOW", thinkingBudget: 1 } } },
      /only set one/,
    ],
    ["a schema without a mime type", { generationConfig: { responseJsonSchema: {} } }, /mime type/],
    ["a fractional seed", { generationConfig: { seed: 0.5 } }, /TYPE_INT32/],
  ])("%s", async (_what, more, message) => {
    const reply = await fetch(`${fake.origin}/v1beta/models/${model}:generateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": FakeGemini.key },
      body: JSON.stringify({ contents: [ask], ...more }),
    });
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toMatch(message);
  });

  it("another key, another model, and what it is told to", async () => {
    const other = new GoogleGenAI({ apiKey: "AIza-other", httpOptions: { baseUrl: fake.origin } });
    expect((await refusal(other.models.generateContent({ model, contents: "Hi" }))).message).toMatch("API_KEY_INVALID");
    expect((await refusal(client.models.generateContent({ model: "llama", contents: "Hi" }))).status).toBe(404);
    fake.next(status(429, "RESOURCE_EXHAUSTED", "Quota exceeded"));
    expect((await refusal(client.models.generateContent({ model, contents: "Hi" }))).status).toBe(429);
  });
});
