import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeBedrock, fakeIdentity, reasoned } from "../support/fakes/bedrock.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

// OpenAI's client, the gateway and a strict Bedrock.

let fake: FakeBedrock;
let gateway: RunningGateway;
let client: OpenAI;
const model = "best";
const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

beforeAll(async () => {
  fake = await FakeBedrock.start();
  gateway = await startGateway({
    providers: { aws: { type: "bedrock", baseUrl: fake.origin, ...fakeIdentity } },
    models: { [model]: { targets: [{ provider: "aws", model: claude }] } },
  });
  client = new OpenAI({ apiKey: "none", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await fake.close();
});

const messages = [{ role: "user" as const, content: "Hi" }];

describe("OpenAI's client gets from Bedrock", () => {
  it("a whole reply", async () => {
    const reply = await client.chat.completions.create({ model, messages });
    expect(reply).toMatchObject({
      model,
      choices: [{ message: { content: "Hello from the fake." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    });
    expect(fake.requests.at(-1)?.model).toBe(claude);
  });

  it("a streamed reply with calls of tools", async () => {
    fake.next({
      content: [
        reasoned("Hm."),
        { text: "Looking." },
        { toolUse: { toolUseId: "t1", name: "weather", input: { place: "Oslo" } } },
        { toolUse: { toolUseId: "t2", name: "weather", input: {} } },
      ],
    });
    const tools = [{ type: "function" as const, function: { name: "weather", parameters: { type: "object" } } }];
    const stream = client.chat.completions.stream({ model, messages, tools, stream_options: { include_usage: true } });
    const reply = await stream.finalChatCompletion();
    expect(reply.choices[0]).toMatchObject({ message: { content: "Looking." }, finish_reason: "tool_calls" });
    expect(reply.choices[0]?.message.tool_calls?.map((call) => ("function" in call ? call.function.arguments : ""))).toEqual([
      '{"place":"Oslo"}',
      "{}",
    ]);
    expect(reply.usage?.total_tokens).toBe(17);
  });

  it("errors as OpenAI words them", async () => {
    const message = "Input is too long for requested model.";
    fake.next({ error: { status: 400, type: "ValidationException", message } });
    await expect(client.chat.completions.create({ model, messages })).rejects.toMatchObject({
      status: 400,
      code: "context_length_exceeded",
    });
    fake.next({ error: { status: 403, type: "AccessDeniedException", message: "arn:aws:iam::123456789012:user/ada may not" } });
    const refused: unknown = await client.chat.completions.create({ model, messages }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 502, code: "upstream_auth" });
    expect(String(refused)).not.toContain("ada");
  });

  it("an error in a stream, and never an end", async () => {
    fake.next({ content: [{ text: "Half" }], streamError: "modelStreamErrorException" });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of stream) seen.push(chunk.choices[0]?.finish_reason);
    })();
    await expect(reading).rejects.toMatchObject({ code: "upstream_error" });
    expect(seen.every((reason) => reason === null)).toBe(true);
  });
});
