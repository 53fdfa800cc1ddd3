import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeRequest, type UpstreamBody } from "./encode-request.ts";

type Init = MessageInitShape<typeof ChatCompletionRequestSchema>;

const unary: UpstreamBody = { model: "up", includeUsage: true, streamed: false, metadata: undefined };
const streamed: UpstreamBody = { ...unary, streamed: true };

const textOf = (init: Init, body = unary) => encodeRequest(create(ChatCompletionRequestSchema, init), body).toString();
const jsonOf = (init: Init, body = unary): unknown => JSON.parse(textOf(init, body));
const bytes = Uint8Array.of(1, 2, 255);

describe("the upstream's body", () => {
  it("has the upstream's model and nothing that was not asked for", () => {
    expect(textOf({ model: "asked", messages: [{ role: Role.USER, content: "hi" }] })).toBe(
      '{"model":"up","messages":[{"role":"user","content":"hi"}]}',
    );
  });

  it.each<[string, Init, UpstreamBody, object]>([
    ["usage is asked for", {}, streamed, { stream: true, stream_options: { include_usage: true } }],
    ["usage is not asked for", {}, { ...streamed, includeUsage: false }, { stream: true }],
    [
      "the client's options stay",
      { streamOptions: { includeUsage: false, includeObfuscation: false, unknownFieldsJson: '{"x":1}' } },
      streamed,
      { stream: true, stream_options: { include_usage: true, include_obfuscation: false, x: 1 } },
    ],
    [
      "the client's options stay where usage is not asked for",
      { streamOptions: { includeObfuscation: false } },
      { ...streamed, includeUsage: false },
      { stream: true, stream_options: { include_obfuscation: false } },
    ],
    ["unstreamed, although the client streams", { stream: true, streamOptions: { includeUsage: true } }, unary, {}],
    [
      "metadata is the call's",
      { metadata: { user_id: "u" } },
      { ...unary, metadata: { team: "a" } },
      { metadata: { team: "a" } },
    ],
    ["metadata stays here", { metadata: { user_id: "u" } }, unary, {}],
    ["our own members stay here", { promptTemplate: { id: "t" }, extensionsJson: { v: "{}" } }, unary, {}],
    ["unknown members go on", { unknownFieldsJson: '{"x":[1]}' }, unary, { x: [1] }],
    [
      "unknown members override nothing",
      {
        temperature: 1,
        unknownFieldsJson: '{"temperature":9,"mod\\u0065l":"y","stream":true,"extensions":{},"metadata":{},"x":1}',
      },
      unary,
      { temperature: 1, x: 1 },
    ],
  ])("%s", (_, init, body, expected) => {
    expect(jsonOf(init, body)).toEqual({ model: "up", messages: [], ...expected });
  });

  it("leaves the request as it was", () => {
    const request = create(ChatCompletionRequestSchema, {
      model: "asked",
      stream: true,
      streamOptions: {},
      metadata: { a: "b" },
    });
    const before = structuredClone(request);
    encodeRequest(request, { ...streamed, metadata: { c: "d" } });
    expect(request).toEqual(before);
  });
});

describe("what only RPC clients send", () => {
  it.each<[string, NonNullable<Init["messages"]>[number], object]>([
    [
      "an image's bytes",
      { parts: [{ part: { case: "imageUrl", value: { raw: bytes, mediaType: "image/gif" } } }] },
      { type: "image_url", image_url: { url: "data:image/gif;base64,AQL/" } },
    ],
    [
      "an image's bytes without a type",
      { parts: [{ part: { case: "imageUrl", value: { raw: bytes } } }] },
      { type: "image_url", image_url: { url: "data:image/png;base64,AQL/" } },
    ],
    [
      "a sound's bytes",
      { parts: [{ part: { case: "inputAudio", value: { raw: bytes, format: "wav" } } }] },
      { type: "input_audio", input_audio: { data: "AQL/", format: "wav" } },
    ],
    [
      "a file's bytes",
      { parts: [{ part: { case: "file", value: { raw: bytes, mediaType: "application/pdf", filename: "a.pdf" } } }] },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AQL/" } },
    ],
    ["a part without its type", { parts: [{ part: { case: "text", value: "a" } }] }, { type: "text", text: "a" }],
  ])("%s", (_, message, part) => {
    expect(jsonOf({ messages: [{ role: Role.USER, ...message }] })).toMatchObject({ messages: [{ content: [part] }] });
  });

  it("takes a schema's Struct where there is no text", () => {
    const schema = { type: "object", properties: {} };
    const init: Init = {
      tools: [
        { function: { name: "f", parameters: schema } },
        { function: { name: "g", parameters: schema, parametersJson: "{}" } },
      ],
      responseFormat: { type: "json_schema", jsonSchema: { name: "s", schema } },
    };
    expect(jsonOf(init)).toMatchObject({
      tools: [
        { type: "function", function: { name: "f", parameters: schema } },
        { type: "function", function: { name: "g", parameters: {} } },
      ],
      response_format: { json_schema: { schema } },
    });
  });

  it.each<[string, Init, string]>([
    [
      "tools[1].function.parameters_json",
      { tools: [{}, { function: { name: "f", parametersJson: "nope" } }] },
      "must be an object",
    ],
    ["tools[0].function.parameters_json", { tools: [{ function: { name: "f", parametersJson: "[]" } }] }, "must be an object"],
    ["tools[0].function.parameters_json", { tools: [{ function: { name: "f", parametersJson: '{"a":b}' } }] }, "a: invalid JSON"],
    [
      "tools[0].function.parameters_json",
      { tools: [{ function: { name: "f", parametersJson: '{},"x":{}' } }] },
      "something follows",
    ],
    [
      "response_format.json_schema.schema_json",
      { responseFormat: { type: "json_schema", jsonSchema: { name: "s", schemaJson: "{" } } },
      "a key is missing",
    ],
    ["web_search_options.user_location_json", { webSearchOptions: { userLocationJson: "1" } }, "must be an object"],
    ["moderation_json", { moderationJson: "" }, "must be an object"],
    [
      "tool_choice.allowed_tools.tools_json[1]",
      { toolChoice: { choice: { case: "allowedTools", value: { mode: "auto", toolsJson: ["{}", "x"] } } } },
      "invalid JSON",
    ],
    ["messages[0].unknown_fields_json", { messages: [{ role: Role.USER, unknownFieldsJson: "[]" }] }, "must be an object"],
    ["unknown_fields_json", { unknownFieldsJson: '{"x":1,"\\u0078":2}' }, "x: this key comes twice"],
    ["unknown_fields_json", { unknownFieldsJson: '{"x":1}}' }, "something follows"],
  ])("refuses bad JSON text: %s %j", (param, init, description) => {
    let error: unknown;
    try {
      textOf(init);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: "invalid_request", param, violations: [{ field: param }] });
    expect((error as GatewayError).message).toContain(description);
  });
});

it.each([
  ['"tools":[{"type":"function","function":{"name":"f","parameters":{"9":1e400,"b":12345678901234567890,"1":1.0}}}]'],
  ['"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"b":"\\u0041","a":[ 1 ]}}}'],
  ['"web_search_options":{"user_location":{"z":1,"1":"\\/"}}'],
  ['"x_new":{"10":1,"9":-0}'],
])("keeps exact text: %s", (member) => {
  const body = new TextEncoder().encode(`{"model":"m","messages":[],${member}}`);
  expect(encodeRequest(decodeRequest(body), unary).toString()).toContain(member);
});
