import {
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeBedrock, fakeIdentity, reasoned } from "../support/fakes/bedrock.ts";

// The fake is what AWS's own client takes for Bedrock.

let fake: FakeBedrock;
let client: BedrockRuntimeClient;
const { region, ...identity } = fakeIdentity;
const settings = () => ({ region, endpoint: fake.origin, requestHandler: new NodeHttpHandler(), maxAttempts: 1 });

beforeAll(async () => {
  fake = await FakeBedrock.start();
  client = new BedrockRuntimeClient({ ...settings(), credentials: identity });
});
afterAll(async () => {
  client.destroy();
  await fake.close();
});

const modelId = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const hi = { role: "user" as const, content: [{ text: "Hi" }] };
const tools = [{ toolSpec: { name: "weather", inputSchema: { json: { type: "object" } } } }];
const weather = { toolUse: { toolUseId: "t1", name: "weather", input: { place: "Oslo" } } };
const converse = (input: Partial<ConverseCommandInput>) =>
  client.send(new ConverseCommand({ modelId, messages: [hi], ...input }));

async function streamed(input: Partial<ConverseCommandInput>): Promise<ConverseStreamOutput[]> {
  const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages: [hi], ...input }));
  const events: ConverseStreamOutput[] = [];
  for await (const event of stream ?? []) events.push(event);
  return events;
}

describe("AWS's client", () => {
  it("gets a whole reply", async () => {
    const { output, stopReason, usage } = await converse({ system: [{ text: "Be brief." }], inferenceConfig: { maxTokens: 5 } });
    expect(output?.message?.content).toEqual([{ text: "Hello from the fake." }]);
    expect({ stopReason, usage }).toMatchObject({ stopReason: "end_turn", usage: { totalTokens: 17 } });
    expect(fake.requests.at(-1)).toMatchObject({ model: modelId, streamed: false });
  });

  it("gets a streamed reply", async () => {
    const events = await streamed({});
    expect(events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("")).toBe("Hello from the fake.");
    expect(events.at(-2)?.messageStop?.stopReason).toBe("end_turn");
    expect(events.at(-1)?.metadata?.usage?.totalTokens).toBe(17);
  });

  it("calls tools", async () => {
    fake.next({ content: [weather] }, { content: [weather] });
    const first = await converse({ toolConfig: { tools } });
    expect(first).toMatchObject({ stopReason: "tool_use", output: { message: { content: [weather] } } });
    const events = await streamed({ toolConfig: { tools } });
    expect(events.find((event) => event.contentBlockStart)?.contentBlockStart?.start?.toolUse?.name).toBe("weather");
    expect(events.map((event) => event.contentBlockDelta?.delta?.toolUse?.input ?? "").join("")).toBe('{"place":"Oslo"}');
    const content = (first.output?.message?.content ?? []) as ContentBlock[];
    const results = [{ toolResult: { toolUseId: "t1", content: [{ text: "Sunny" }] } }];
    await converse({
      messages: [hi, { role: "assistant", content }, { role: "user", content: results }],
      toolConfig: { tools },
    });
  });

  it("gets reasoning, whole and streamed, and gives it back", async () => {
    fake.next({ content: [reasoned("Hm."), { text: "4" }] }, { content: [reasoned("Hm."), { text: "4" }] });
    const { output } = await converse({});
    const content = output?.message?.content ?? [];
    expect(content[0]?.reasoningContent?.reasoningText?.text).toBe("Hm.");
    const events = await streamed({});
    expect(events.map((event) => event.contentBlockDelta?.delta?.reasoningContent?.text ?? "").join("")).toBe("Hm.");
    await converse({ messages: [hi, { role: "assistant", content }, hi] });
    const changed = [{ reasoningContent: { reasoningText: { text: "Ha.", signature: "x" } } }, { text: "4" }];
    await expect(converse({ messages: [hi, { role: "assistant", content: changed }, hi] })).rejects.toThrow(
      "Invalid `signature`",
    );
  });

  it.each([
    ["ThrottlingException", 429],
    ["AccessDeniedException", 403],
    ["ModelTimeoutException", 408],
    ["ModelErrorException", 424],
    ["InternalServerException", 500],
  ])("gets %s", async (type, status) => {
    fake.next({ error: { status, type, message: "words" } });
    await expect(converse({})).rejects.toMatchObject({ name: type, message: "words", $metadata: { httpStatusCode: status } });
  });

  it("gets an exception in a stream", async () => {
    fake.next({ content: [{ text: "Hi" }], streamError: "throttlingException" });
    await expect(streamed({})).rejects.toMatchObject({ name: "ThrottlingException" });
  });

  const use = { role: "assistant" as const, content: [weather] };
  it.each<[string, Partial<ConverseCommandInput>, string]>([
    ["another first", { messages: [{ ...hi, role: "assistant" }] }, "must start with a user message"],
    ["two of one role", { messages: [hi, hi] }, "must alternate"],
    ["a call without a result", { messages: [hi, use, hi], toolConfig: { tools } }, "Expected toolResult blocks"],
    ["calls without tools", { messages: [hi, use] }, "toolConfig field must be defined"],
    ["blank text", { messages: [{ role: "user", content: [{ text: " " }] }] }, "is blank"],
    ["a temperature of 2", { inferenceConfig: { temperature: 2 } }, "must be between"],
    [
      "a budget without room",
      { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 5000 } } },
      "max_tokens",
    ],
  ])("is refused %s", async (_what, input, message) => {
    await expect(converse(input)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  it("is refused with other credentials", async () => {
    const stranger = new BedrockRuntimeClient({ ...settings(), credentials: { ...identity, secretAccessKey: "other" } });
    await expect(stranger.send(new ConverseCommand({ modelId, messages: [hi] }))).rejects.toMatchObject({
      name: "InvalidSignatureException",
    });
    stranger.destroy();
  });
});
