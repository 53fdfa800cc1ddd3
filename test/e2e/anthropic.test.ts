import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FakeAnthropic } from "../support/fakes/anthropic.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

const apiKey = "sk-ant-api03-0123456789abcdef";
const model = "claude/claude-sonnet-4-6";
let fake: FakeAnthropic;
let gateway: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  fake = await FakeAnthropic.start(apiKey);
  gateway = await startGateway({ providers: { claude: { type: "anthropic", apiKey, baseUrl: `${fake.origin}/v1` } } });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "unused", maxRetries: 0 });
});
afterEach(() => fake.clear());
afterAll(async () => {
  await gateway.close();
  await fake.close();
});

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Weather in Ulm and Bonn?" }];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tools: OpenAI.ChatCompletionTool[] = [{ type: "function", function: { name: "get_weather", parameters, strict: true } }];
const use = (id: string, city: string) => ({ type: "tool_use", id, name: "get_weather", input: { city } });
const called = {
  content: [{ type: "thinking", thinking: "Two." }, { type: "text", text: "Let me see." }, use("t1", "Ulm"), use("t2", "Bonn")],
};

it("serves a tool loop with reasoning to the OpenAI client, streamed and not", async () => {
  const ask = { model, tools, reasoning_effort: "low" as const };
  fake.next(called, called);
  const whole = await client.chat.completions.create({ ...ask, messages });
  const streamed = await client.chat.completions.stream({ ...ask, messages }).finalChatCompletion();
  const [first] = whole.choices;
  expect(first).toMatchObject({ finish_reason: "tool_calls", message: { content: "Let me see.", reasoning_content: "Two." } });
  expect(streamed.choices[0]?.message.tool_calls).toMatchObject(first?.message.tool_calls ?? []);
  expect(whole).toMatchObject({ model, usage: { prompt_tokens: 10, total_tokens: 15 } });
  const results = (first?.message.tool_calls ?? []).map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "12" }));
  const { data, response } = await client.chat.completions
    .create({ ...ask, messages: [...messages, first?.message ?? { role: "assistant" }, ...results], seed: 1 })
    .withResponse();
  expect(data.choices[0]?.message.content).toBe("Hello");
  expect(response.headers.get("x-sluice-dropped-params")).toBe("seed");
  expect(fake.requests[2]?.messages).toMatchObject([
    {},
    { content: [{ type: "thinking", thinking: "Two." }, { type: "text" }, { id: "t1" }, { id: "t2" }] },
    { content: [{ tool_use_id: "t1" }, { tool_use_id: "t2" }] },
  ]);
});

it("says Anthropic's errors as OpenAI's", async () => {
  fake.next({ status: 529, type: "overloaded_error", message: "Overloaded" });
  await expect(client.chat.completions.create({ model, messages })).rejects.toMatchObject({
    status: 502,
    code: "upstream_error",
  });
  await expect(client.chat.completions.create({ model: "claude/none", messages })).rejects.toMatchObject({
    status: 404,
    code: "model_not_found",
  });
  await expect(client.chat.completions.create({ model, messages: [{ role: "user", content: " " }] })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("at least one message is required"),
  });
});

it("gives n choices", async () => {
  const { choices, usage } = await client.chat.completions.create({ model, messages, n: 3 });
  expect(choices.map(({ index, message }) => [index, message.content])).toEqual([0, 1, 2].map((index) => [index, "Hello"]));
  expect(usage).toMatchObject({ prompt_tokens: 30, completion_tokens: 15, total_tokens: 45 });
});
