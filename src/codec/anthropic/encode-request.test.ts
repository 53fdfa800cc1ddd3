import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { EncodeOptions } from "../chat-codec.ts";
import { checkJson } from "../json/check-json.ts";
import { decodeRequest } from "../openai/decode-request.ts";
import { anthropicOptions } from "./anthropic-options.ts";
import { encodeRequest } from "./encode-request.ts";

const options: EncodeOptions = {
  model: "claude-opus-5",
  streamed: false,
  metadata: undefined,
  unsupported: "drop",
  allowedOptions: anthropicOptions,
};
const hello = [{ role: "user", content: "Hi" }];

function encode(body: object | string, change: Partial<EncodeOptions> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify({ model: "m", messages: hello, ...body });
  const encoded = encodeRequest(decodeRequest(Buffer.from(text)), { ...options, ...change });
  checkJson(encoded.body);
  return { ...encoded, json: JSON.parse(encoded.body) as Record<string, unknown> }; // an object, as just checked
}

describe("what the body has no place for", () => {
  it("passes under its own name where that is the policy, but never beside a field of the body's", () => {
    const given = {
      seed: 7,
      temperature: 1.5,
      system: "Else",
      top_k: 5,
      thinking: 1,
      max_tokens: 9,
      reasoning_effort: "low",
      novel: {},
    };
    const { json, dropped } = encode(given, { unsupported: "pass" });
    expect(json).toMatchObject({ seed: 7, temperature: 1.5, novel: {}, max_tokens: 9, thinking: { type: "adaptive" } });
    expect(json).not.toHaveProperty("system");
    expect(json).not.toHaveProperty("top_k");
    expect(dropped).toEqual(["system", "top_k", "thinking"]);
  });

  it.each([
    ["seed", { seed: 7 }],
    ["temperature", { temperature: 0.5 }],
    ["messages[0].name", { messages: [{ role: "user", name: "ann", content: "Hi" }] }],
    [
      "response_format.json_schema.schema",
      { response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "integer", minimum: 0 } } } },
    ],
  ])("is refused where that is the policy: %s", (param, given) => {
    expect(() => encode(given, { unsupported: "reject" })).toThrow(
      expect.objectContaining({ code: "unsupported_parameter", param }),
    );
  });

  it("is metadata that would go upstream, and not metadata that would not", () => {
    expect(encode({ metadata: { a: "b" } }).dropped).toEqual([]);
    expect(encode({}, { metadata: { a: "b" } }).dropped).toEqual(["metadata"]);
  });
});

describe("what is wrong with a request", () => {
  it.each([
    ["extensions.anthropic.model", { extensions: { anthropic: { model: "x" } } }],
    ["extensions.anthropic.system", { extensions: { anthropic: { system: "x" } } }],
    ["extensions.anthropic.betas", { extensions: { anthropic: { betas: ["a\r\nx-api-key: b"] } } }],
    ["messages[0].anthropic_blocks", { messages: [{ role: "assistant", content: "x", anthropic_blocks: [7] }] }],
    ["messages[0].anthropic_blocks", { messages: [{ role: "assistant", content: "x", anthropic_blocks: {} }] }],
  ])("is said with its place: %s", (param, given) => {
    expect(() => encode(given)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });

  it("is JSON text that is none, over RPC", () => {
    const request = create(ChatCompletionRequestSchema, {
      model: "m",
      messages: [{ role: Role.USER, content: "Hi" }],
      tools: [{ function: { name: "f", parametersJson: "{oops" } }],
    });
    expect(() => encodeRequest(request, options)).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "tools[0].function.parameters_json" }),
    );
  });
});

describe("exact text", () => {
  it("stays what it was in schemas and arguments", () => {
    const schema = '{ "type":"object", "properties":{"z":{"const":12345678901234567890},"a":{"default":1.0}} }';
    const input = '{"big": 12345678901234567890, "one": 1.0}';
    const call = { id: "c", type: "function", function: { name: "f", arguments: input } };
    const { body } = encode(
      `{"model":"m","messages":[{"role":"assistant","tool_calls":[${JSON.stringify(call)}]},{"role":"tool","tool_call_id":"c","content":"x"}],` +
        `"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]}`,
    );
    expect(body).toContain(`"input_schema":${schema}`);
    expect(body).toContain(`"input":${input}`);
  });

  it("makes base64 of bytes", () => {
    const raw = Buffer.from("bytes");
    const request = create(ChatCompletionRequestSchema, {
      model: "m",
      messages: [
        {
          role: Role.USER,
          parts: [
            { part: { case: "imageUrl", value: { raw, mediaType: "image/webp" } } },
            { part: { case: "file", value: { raw, mediaType: "application/pdf", filename: "a.pdf" } } },
            { part: { case: "imageUrl", value: { url: "data:image/gif,GIF%38" } } },
          ],
        },
      ],
    });
    const { messages } = JSON.parse(encodeRequest(request, options).body) as { messages: unknown };
    expect(messages).toMatchObject([
      {
        content: [
          { source: { type: "base64", media_type: "image/webp", data: raw.toString("base64") } },
          { type: "document", title: "a.pdf", source: { media_type: "application/pdf", data: raw.toString("base64") } },
          { source: { media_type: "image/gif", data: Buffer.from("GIF8").toString("base64") } },
        ],
      },
    ]);
  });
});
