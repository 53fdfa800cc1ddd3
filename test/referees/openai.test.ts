import OpenAI from "openai";
import type { ChatCompletionMessageParam, ChatCompletionTool } from "openai/resources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeSchema, png } from "../golden/requests.ts";
import { FakeOpenAi, type OpenAiAnswer, type OpenAiRequest } from "../support/fakes/openai.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

/** Calls the tool for both places, then for a third, then says what it has heard; tells of pictures; fills in a form. */
function answer({ messages, response_format, tools }: OpenAiRequest): OpenAiAnswer {
  const heard = messages.filter(({ role }) => role === "tool").map(({ content }) => String(content));
  const call = (id: string, place: string) => ({
    id,
    type: "function" as const,
    function: { name: "weather", arguments: JSON.stringify({ place }) },
  });
  if (tools !== undefined && heard.length === 0)
    return { message: { content: "Let me see.", tool_calls: [call("c1", "Oslo"), call("c2", "Zürich 🏔")] } };
  if (tools !== undefined && heard.length === 2) return { message: { tool_calls: [call("c3", "Rome")] } };
  if (tools !== undefined) return { message: { content: `Heard: ${heard.join(", ")}.` } };
  if (response_format !== undefined) return { message: { content: '{"place":"Oslo"}' } };
  const images = messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .filter((part) => part.type === "image_url");
  return { message: { content: `I see ${images.length}: ${images.map((part) => part.image_url.url.slice(0, 20)).join(" ")}` } };
}

let fake: FakeOpenAi;
let gateway: RunningGateway;
beforeAll(async () => {
  fake = await FakeOpenAi.start(answer);
  gateway = await startGateway({
    providers: {
      openai: { type: "openai", apiKey: FakeOpenAi.key, baseUrl: fake.baseUrl },
      other: { type: "openai", apiKey: "sk-wrong-key-0123456789", baseUrl: fake.baseUrl },
      strict: { type: "openai", apiKey: FakeOpenAi.key, baseUrl: fake.baseUrl, unsupportedParams: "reject" },
    },
    models: { alias: { targets: [{ provider: "strict", model: "gpt-5.5", unsupportedParams: "drop" }] } },
  });
});
afterAll(async () => {
  await gateway.close();
  await fake.close();
});

const tool: ChatCompletionTool = {
  type: "function",
  function: { name: "weather", description: "The weather", parameters: placeSchema, strict: true },
};
const client = (direct: boolean, apiKey: string = FakeOpenAi.key) =>
  new OpenAI({ apiKey, baseURL: direct ? fake.baseUrl : `${gateway.url}/v1`, maxRetries: 0 });
const modelOf = (direct: boolean) => (direct ? "gpt-5.5" : "openai/gpt-5.5");

describe.each([
  ["asked directly", true],
  ["through the gateway", false],
])("OpenAI %s", (_, direct) => {
  const model = modelOf(direct);
  const ask = async (
    body: Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, "messages" | "tools" | "parallel_tool_calls">,
    streamed: boolean,
  ) =>
    streamed
      ? await client(direct)
          .chat.completions.stream({ ...body, model, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await client(direct).chat.completions.create({ ...body, model });

  it.each([false, true])("has three turns with tools, two of them called at once; streamed: %s", async (streamed) => {
    const messages: ChatCompletionMessageParam[] = [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "Weather?" },
    ];
    const turns: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { choices, usage } = await ask({ messages, tools: [tool], parallel_tool_calls: true }, streamed);
      const [choice] = choices;
      if (choice === undefined) throw new Error("there is no choice");
      const calls = (choice.message.tool_calls ?? []).map((call) => {
        if (call.type !== "function") throw new Error("no function is called");
        const { name, arguments: args } = call.function; // the SDK's stream adds what it has parsed
        return { id: call.id, type: call.type, function: { name, arguments: args } };
      });
      messages.push({ role: "assistant", content: choice.message.content, ...(calls.length === 0 ? {} : { tool_calls: calls }) });
      for (const call of calls) {
        const { place } = JSON.parse(call.function.arguments) as { place: string };
        messages.push({ role: "tool", tool_call_id: call.id, content: `${place} is sunny` });
      }
      turns.push([choice.finish_reason, choice.message.content, choice.message.tool_calls?.length ?? 0, usage?.total_tokens]);
    }
    expect(turns).toEqual([
      ["tool_calls", "Let me see.", 2, 18],
      ["tool_calls", null, 1, 18],
      ["stop", "Heard: Oslo is sunny, Zürich 🏔 is sunny, Rome is sunny.", 0, 18],
    ]);
  });

  it.each([false, true])("sees pictures by address and inline; streamed: %s", async (streamed) => {
    const image = (url: string) => ({ type: "image_url" as const, image_url: { url, detail: "low" as const } });
    const content = [
      { type: "text" as const, text: "?" },
      image("https://example.com/cat.png"),
      image(`data:image/png;base64,${png}`),
    ];
    const { choices } = await ask({ messages: [{ role: "user", content }] }, streamed);
    expect(choices[0]?.message.content).toBe("I see 2: https://example.com/ data:image/png;base6");
  });

  it("fills in a form", async () => {
    const response_format = { type: "json_schema" as const, json_schema: { name: "place", strict: true, schema: placeSchema } };
    const request = { model, messages: [{ role: "user" as const, content: "Where?" }], response_format };
    expect((await client(direct).chat.completions.parse(request)).choices[0]?.message.parsed).toEqual({ place: "Oslo" });
  });

  it.each<[string, object, string]>([
    ["an unknown field", { top_k: 3 }, "Unknown parameter: 'top_k'."],
    ["a temperature that is too high", { temperature: 2.5 }, direct ? "Invalid type for 'temperature'" : "temperature"],
    ["too many stop sequences", { stop: ["a", "b", "c", "d", "e"] }, "Invalid 'stop'"],
    [
      "a result without its call",
      { messages: [{ role: "tool", tool_call_id: "c9", content: "x" }] },
      "must be a response to a preceding message",
    ],
    [
      "a call without its result",
      {
        messages: [{ role: "assistant", tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }] }],
      },
      "did not have response messages: c1",
    ],
  ])("refuses %s", async (_name, change, words) => {
    const body = {
      model,
      messages: [{ role: "user", content: "Hi" }],
      ...change,
    } as OpenAI.ChatCompletionCreateParamsNonStreaming; // wrong on purpose
    const error: unknown = await client(direct)
      .chat.completions.create(body)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(String(error)).toContain(words);
  });
});

describe("the gateway", () => {
  const history = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Yes?", reasoning_content: "A greeting.", reasoning_blocks: [{ length: 11, signature: "s" }] },
    { role: "user", content: "See?" },
  ];
  const post = (model: string, stream: boolean) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, messages: history, stream }),
    });

  it.each([false, true])("keeps from OpenAI what only other vendors know, and says so; streamed: %s", async (stream) => {
    const response = await post("openai/gpt-5.5", stream);
    expect([response.status, response.headers.get("x-sluice-dropped-params")]).toEqual([
      200,
      "messages[1].reasoning_blocks,messages[1].reasoning_content",
    ]);
    expect(await response.text()).toContain("I see");
    expect(fake.taken.at(-1)?.messages[1]).toEqual({ role: "assistant", content: "Yes?" });
  });

  it("says so to RPC clients in the route", async () => {
    const response = await fetch(`${gateway.url}/sluice.chat.v1.ChatCompletionService/CreateChatCompletion`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "openai/gpt-5.5",
        messages: [
          { role: "ROLE_USER", content: "Hi" },
          { role: "ROLE_ASSISTANT", content: "Yes?", reasoning: "A greeting." },
          { role: "ROLE_USER", content: "See?" },
        ],
        extensionsJson: { openai: '{"door":1}', groq: "{}" },
      }),
    });
    const { route } = (await response.json()) as { route: { dropped_params: string[] } };
    expect(route.dropped_params.toSorted()).toEqual([
      "extensions.groq",
      "extensions.openai.door",
      "messages[1].reasoning_content",
    ]);
  });

  it("refuses it where it is told to, unless a model's target says otherwise", async () => {
    const refused = await post("strict/gpt-5.5", false);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: "unsupported_parameter" } }]);
    expect((await post("alias", false)).status).toBe(200);
  });

  it("takes a refusal of its own key for no fault of the client's, and does not show the key", async () => {
    const error: unknown = await client(false)
      .chat.completions.create({ model: "other/gpt-5.5", messages: [{ role: "user", content: "Hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 502, code: "upstream_auth" });
    expect(String(error)).not.toContain("sk-wrong");
  });
});
