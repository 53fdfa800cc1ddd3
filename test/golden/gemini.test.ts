import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/chat/error.ts";
import type { EncodedRequest } from "../../src/codec/chat-codec.ts";
import { geminiCodec, geminiOptions } from "../../src/codec/gemini/index.ts";
import type { ParamPolicy } from "../../src/codec/left-out-params.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { requestFault } from "../support/fakes/gemini-request-check.ts";
import { geminiRequests } from "./gemini.golden.ts";

const usualModel = "gemini-3-flash-preview";

function encode(request: object, model = usualModel, unsupported: ParamPolicy = "drop"): EncodedRequest {
  const message = decodeRequest(Buffer.from(JSON.stringify({ model: "asked", ...request })));
  return geminiCodec.encodeRequest(message, {
    model,
    streamed: false,
    metadata: undefined,
    unsupported,
    allowedOptions: geminiOptions,
  });
}

it("has enough requests, each with a name of its own", () => {
  expect(geminiRequests.length).toBeGreaterThanOrEqual(40);
  expect(new Set(geminiRequests.map(({ name }) => name)).size).toBe(geminiRequests.length);
});

describe.each(geminiRequests.map((golden) => [golden.name, golden] as const))("%s", (_name, golden) => {
  const { request, model, body, dropped = [] } = golden;

  it("is what the documentation asks for", () => {
    const encoded = encode(request, model);
    expect(JSON.parse(encoded.body)).toEqual(body);
    expect(encoded.dropped.toSorted()).toEqual(dropped.toSorted());
  });

  it("is refused where something would be left out and the policy is to reject", () => {
    const attempt = () => encode(request, model, "reject");
    if (dropped.length === 0) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  it("is a body that the vendor takes", () => {
    expect(requestFault(JSON.parse(encode(request, model).body), model ?? usualModel)).toBeUndefined();
  });
});

describe("a request that makes no sense to Gemini", () => {
  const ask = { role: "user", content: "Hi" };
  it.each<[string, object, string]>([
    ["a result of no call", { messages: [ask, { role: "tool", tool_call_id: "x", content: "1" }] }, "messages[1].tool_call_id"],
    [
      "an image without content",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "" } }] }] },
      "messages[0].content[0]",
    ],
    [
      "an option for a written field",
      { messages: [ask], extensions: { gemini: { contents: [] } } },
      "extensions.gemini.contents",
    ],
    ["tools that are no array", { messages: [ask], extensions: { gemini: { tools: {} } } }, "extensions.gemini.tools"],
  ])("%s", (_what, request, param) => {
    expect(() => encode(request)).toThrow(GatewayError);
    expect(() => encode(request)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });
});

describe("exact JSON", () => {
  const big = '{"a":12345678901234567890,"b":1.0,"a\\u0062":"\\u00e9"}';

  it("passes in arguments, results and schemas", () => {
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: big } }] },
      { role: "tool", tool_call_id: "c", content: big },
    ];
    const tools = `[{"type":"function","function":{"name":"f","parameters":${big}}}]`;
    const json = `{"model":"m","messages":${JSON.stringify(messages)},"tools":${tools}}`;
    const options = {
      model: usualModel,
      streamed: false,
      metadata: undefined,
      unsupported: "drop",
      allowedOptions: geminiOptions,
    } as const;
    const { body } = geminiCodec.encodeRequest(decodeRequest(Buffer.from(json)), options);
    expect(body).toContain(`"args":${big}`);
    expect(body).toContain(`"response":${big}`);
    expect(body).toContain(`"parametersJsonSchema":${big}`);
  });
});
