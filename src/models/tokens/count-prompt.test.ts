import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { promptCounter } from "./count-prompt.ts";

type Init = MessageInitShape<typeof ChatCompletionRequestSchema>;

const hi = { role: Role.USER, content: "hi" };
const count = (request: Init, model: string) => promptCounter.count(create(ChatCompletionRequestSchema, request), model);

/** The example of OpenAI's cookbook, https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken, section 6. */
const cookbook: Init = {
  messages: [
    {
      role: Role.SYSTEM,
      content: "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
    },
    { role: Role.SYSTEM, name: "example_user", content: "New synergies will help drive top-line growth." },
    { role: Role.SYSTEM, name: "example_assistant", content: "Things working well together will increase revenue." },
    {
      role: Role.SYSTEM,
      name: "example_user",
      content: "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    },
    { role: Role.SYSTEM, name: "example_assistant", content: "Let's talk later when we're less busy about how to do better." },
    { role: Role.USER, content: "This late pivot means we don't have time to boil the ocean for the client deliverable." },
  ],
};

describe("promptCounter", () => {
  it.each([
    ["gpt-3.5-turbo", 129, "cl100k_base"],
    ["gpt-4-0613", 129, "cl100k_base"],
    ["gpt-4o", 124, "o200k_base"],
    ["gpt-4o-mini", 124, "o200k_base"],
  ])("counts what the API counts for %s: %i", async (model, tokens, method) => {
    expect(await count(cookbook, model)).toEqual({ tokens, estimated: false, method });
  });

  it.each(["gpt-5.5", "o3-mini", "gpt-4.1"])("says of %s that its rules are not known to be these", async (model) => {
    expect(await count(cookbook, model)).toEqual({ tokens: 124, estimated: true, method: "o200k_base" });
  });

  it("estimates for models of other vocabularies", async () => {
    const { tokens, estimated, method } = await count(cookbook, "claude-opus-5");
    expect([estimated, method]).toEqual([true, "characters"]);
    expect(tokens).toBeGreaterThan(110);
    expect(tokens).toBeLessThan(170);
  });

  it.each<[string, Init]>([
    ["tools", { messages: [hi], tools: [{ function: { name: "f", parametersJson: '{"type":"object"}' } }] }],
    ["a form", { messages: [hi], responseFormat: { type: "json_schema", jsonSchema: { name: "s", schemaJson: "{}" } } }],
    [
      "an image",
      { messages: [{ role: Role.USER, parts: [{ part: { case: "imageUrl", value: { url: "https://x.example" } } }] }] },
    ],
    ["a tool's result", { messages: [{ role: Role.TOOL, toolCallId: "c", content: "x" }] }],
    [
      "tool calls",
      { messages: [{ role: Role.ASSISTANT, toolCalls: [{ id: "c", function: { name: "f", arguments: '{"a":1}' } }] }] },
    ],
  ])("estimates %s", async (_, request) => {
    const { tokens, estimated, method } = await count(request, "gpt-4o");
    expect([estimated, method]).toEqual([true, "o200k_base"]);
    expect(tokens).toBeGreaterThan(8);
  });

  it("counts parts of text as the text", async () => {
    const parts = ["Hello", " there"].map((value) => ({ part: { case: "text" as const, value } }));
    expect(await count({ messages: [{ role: Role.USER, parts }] }, "gpt-4o")).toEqual({
      tokens: 3 + 4 + 2,
      estimated: false,
      method: "o200k_base",
    });
  });

  it("estimates what is very long", async () => {
    const content = "word ".repeat(300_000);
    const { estimated, method } = await count({ messages: [{ role: Role.USER, content }] }, "gpt-4o");
    expect([estimated, method]).toEqual([true, "characters"]);
  });
});
