import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/chat/error.ts";
import { bedrockCodec, bedrockOptions } from "../../src/codec/bedrock/index.ts";
import type { ParamPolicy } from "../../src/codec/left-out-params.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { claude, requests } from "./bedrock.golden.ts";

interface Asked {
  readonly model?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly unsupported?: ParamPolicy;
  readonly streamed?: boolean;
}

function encode(request: object, { model = claude, metadata, unsupported = "drop", streamed = false }: Asked = {}) {
  const decoded = decodeRequest(Buffer.from(JSON.stringify({ model: "m", ...request })));
  return bedrockCodec.encodeRequest(decoded, { model, streamed, metadata, unsupported, allowedOptions: bedrockOptions });
}

function refusal(request: object, asked: Asked = {}): GatewayError {
  try {
    encode(request, asked);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("the request was not refused");
}

describe("a request becomes what Bedrock's API reference says", () => {
  it.each(requests)("$name", ({ request, expected, dropped = [], model, metadata }) => {
    const encoded = encode(request, { model, metadata });
    expect(JSON.parse(encoded.body)).toEqual(expected);
    expect(encoded.dropped).toEqual(dropped);
    expect(encode(request, { model, metadata, streamed: true }).body).toBe(encoded.body);
  });

  it("and names no case twice", () => {
    expect(new Set(requests.map(({ name }) => name)).size).toBe(requests.length);
  });
});

const hi = { role: "user", content: "Hi" };
const part = (value: object) => ({ messages: [{ role: "user", content: [value] }] });

describe("a request that cannot be said", () => {
  it.each([
    [
      "an image by address",
      part({ type: "image_url", image_url: { url: "https://a.example/x.png" } }),
      "messages[0].content[0].image_url",
    ],
    [
      "an image of another kind",
      part({ type: "image_url", image_url: { url: "data:image/bmp;base64,AA" } }),
      "messages[0].content[0].image_url",
    ],
    ["a file by id", part({ type: "file", file: { file_id: "f" } }), "messages[0].content[0].file"],
    [
      "a file of another kind",
      part({ type: "file", file: { file_data: "data:application/zip;base64,AA" } }),
      "messages[0].content[0].file",
    ],
    ["a function's result", { messages: [hi, { role: "function", name: "f", content: "x" }] }, "messages[1].role"],
    ["a result of no call", { messages: [hi, { role: "tool", content: "x" }] }, "messages[1].tool_call_id"],
    ["nothing but white space", { messages: [{ role: "user", content: " " }] }, "messages"],
    [
      "the gateway's own tool",
      { messages: [hi], tools: [{ type: "function", function: { name: "sluice_structured_reply" } }] },
      "tools[0].function.name",
    ],
    [
      "a schema that is missing",
      { messages: [hi], response_format: { type: "json_schema", json_schema: { name: "a" } } },
      "response_format.json_schema.schema",
    ],
    ["an unknown tool choice", { messages: [hi], tool_choice: "maybe" }, "tool_choice"],
    [
      "a field of the body as an option",
      { messages: [hi], extensions: { bedrock: { messages: [] } } },
      "extensions.bedrock.messages",
    ],
  ])("is refused: %s", (_what, request, param) => {
    expect(refusal(request)).toMatchObject({ code: "invalid_request", param });
  });

  it("is refused where two would write the same metadata", () => {
    const request = { messages: [hi], extensions: { bedrock: { requestMetadata: { a: "b" } } } };
    expect(refusal(request, { metadata: { c: "d" } })).toMatchObject({ param: "extensions.bedrock.requestMetadata" });
  });

  it("is refused, or sent to the model unseen, by the policy", () => {
    const request = { messages: [hi], seed: 7, extensions: { bedrock: { additionalModelRequestFields: { top_k: 1 } } } };
    expect(refusal(request, { unsupported: "reject" })).toMatchObject({ code: "unsupported_parameter", param: "seed" });
    const { body, dropped } = encode(request, { unsupported: "pass" });
    expect(JSON.parse(body)).toMatchObject({ additionalModelRequestFields: { seed: 7, top_k: 1 } });
    expect(dropped).toEqual([]);
  });
});

it("keeps the exact text of schemas and arguments", () => {
  const schema = '{ "type":"object", "properties":{"b":{"maximum":12345678901234567890},"a":{}} }';
  const args = '{ "b": 1e400, "a": 12345678901234567890 }';
  const body = `{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]}],"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]}`;
  const options = {
    model: claude,
    streamed: false,
    metadata: undefined,
    unsupported: "drop",
    allowedOptions: bedrockOptions,
  } as const;
  const encoded = bedrockCodec.encodeRequest(decodeRequest(Buffer.from(body)), options).body;
  expect(encoded).toContain(`"inputSchema":{"json":${schema}}`);
  expect(encoded).toContain(`"input":${args}`);
});
