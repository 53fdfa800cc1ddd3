import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { arbitraryOpenAiRequest } from "../../../test/support/arbitrary-openai.ts";
import { GatewayError } from "../../chat/error.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeRequest } from "./encode-request.ts";

const decode = (body: string) => decodeRequest(new TextEncoder().encode(body));
const user = '{"role":"user","content":"hi"}';
const withMessage = (message: string) => `{"model":"m","messages":[${message}]}`;
const withMember = (member: string) => `{"model":"m","messages":[${user}],${member}}`;

function failure(step: () => unknown): GatewayError {
  try {
    step();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

describe("a bad request", () => {
  it.each([
    [withMessage('{"role":"boss","content":"x"}'), "messages[0].role", "must be one of system, developer, user"],
    [withMessage('{"content":"x"}'), "messages[0].role", "is missing"],
    [withMessage('{"role":null,"content":"x"}'), "messages[0].role", "is missing"],
    [withMessage(`${user},${user},{"role":7}`), "messages[2].role", "must be a string"],
    [withMessage('"hi"'), "messages[0]", "must be an object"],
    [withMessage('{"role":"user","content":5}'), "messages[0].content", "must be a string or an array"],
    [withMessage('{"role":"user","content":["x"]}'), "messages[0].content[0]", "must be an object"],
    [
      withMessage('{"role":"user","content":[{"type":"text","text":"a","refusal":"b"}]}'),
      "messages[0].content[0].refusal",
      "cannot stand beside text",
    ],
    [
      withMessage('{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":{}}}]}'),
      "messages[0].tool_calls[0].function.arguments",
      "must be a string",
    ],
    ['{"model":1}', "model", "must be a string"],
    ['{"messages":{}}', "messages", "must be an array"],
    [withMember('"temperature":"hot"'), "temperature", "must be a number"],
    [withMember('"seed":1e400'), "seed", "must be a finite number"],
    [withMember('"n":1.5'), "n", "must be a whole number"],
    [withMember('"max_tokens":-1'), "max_tokens", "must be a whole number"],
    [withMember('"store":"yes"'), "store", "must be true or false"],
    [withMember('"stop":[1]'), "stop[0]", "must be a string"],
    [withMember('"logit_bias":{"5":"x"}'), "logit_bias.5", "must be a number"],
    [withMember('"metadata":{"__proto__":"x"}'), "metadata.__proto__", "not allowed"],
    [
      withMember('"tools":[{"type":"function","function":{"parameters":"x"}}]'),
      "tools[0].function.parameters",
      "must be an object",
    ],
    [withMember('"tool_choice":{"type":"function"}'), "tool_choice", "must name a function"],
    [withMember('"tool_choice":{"type":"any"}'), "tool_choice.type", 'must be "function"'],
    [withMember('"tool_choice":{"function":{"name":"a"},"custom":{"name":"b"}}'), "tool_choice.custom", "cannot stand beside"],
    [withMember('"tool_choice":{"function":{"name":"a","x":1}}'), "tool_choice.function.x", "not a known field"],
    [withMember('"function_call":{"name":"a","x":1}'), "function_call.x", "not a known field"],
    [withMember('"audio":{"voice":{"id":"a","x":1}}'), "audio.voice.x", "not a known field"],
    [withMember('"prompt_template":{"id":"a","x":1}'), "prompt_template.x", "not a known field"],
    [withMember('"extensions":{"v":[]}'), "extensions.v", "must be an object"],
  ])("%s", (body, param, description) => {
    const error = failure(() => decode(body));
    expect(error).toMatchObject({ code: "invalid_request", param });
    expect(error.message).toContain(description);
    expect(error.violations).toEqual([{ field: param, description: expect.stringContaining(description) }]);
  });

  it.each([
    ["", "must be an object"],
    ["[]", "must be an object"],
    ['{"a":1', "a comma or a closing bracket is missing"],
    ['{"a" 1}', "a colon is missing"],
    ["{1:2}", "a key is missing"],
    ['{"a":1}x', "something follows"],
  ])("that is no JSON object: %s", (body, description) => {
    expect(failure(() => decode(body))).toMatchObject({ code: "invalid_request", message: expect.stringContaining(description) });
  });

  it.each([
    ['{"a":01}'],
    ['{"a":tru}'],
    ['{"a":+1}'],
    ['{"a":.5}'],
    ['{"a":"\\x"}'],
    ['{"a":"\\u12"}'],
    ['{"a":"\n"}'],
    ['{"a":"x'],
    ['{"a":"x\\"'],
    [`{"a":${"[".repeat(100)}${"]".repeat(100)}}`],
  ])("with a bad value under a field nobody knows: %s", (body) => {
    expect(failure(() => decode(body))).toMatchObject({
      code: "invalid_request",
      param: `a${body.includes("[") ? "[0]".repeat(63) : ""}`,
    });
  });

  it("that is not UTF-8", () => {
    const error = failure(() => decodeRequest(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)));
    expect(error).toMatchObject({ code: "invalid_request", message: "the body is not UTF-8" });
  });
});

describe("a request", () => {
  it("takes null for absent, everywhere", () => {
    expect(
      decode('{"model":"m","messages":[{"role":"user","content":"hi","name":null,"tool_calls":null}],"stop":null,"tools":null}'),
    ).toEqual(decode(withMessage(user)));
  });

  it.each([
    ['"stop":"a"', { stop: ["a"] }],
    ['"stop":["a","b"]', { stop: ["a", "b"] }],
    ['"tool_choice":"auto"', { toolChoice: { choice: { case: "mode", value: "auto" } } }],
    [
      '"tool_choice":{"type":"function","function":{"name":"f"}}',
      { toolChoice: { choice: { case: "function", value: { name: "f" } } } },
    ],
    [
      '"tool_choice":{"type":"custom","custom":{"name":"f"}}',
      { toolChoice: { choice: { case: "custom", value: { name: "f" } } } },
    ],
    [
      '"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"b":1,"1":2}]}}',
      { toolChoice: { choice: { case: "allowedTools", value: { mode: "auto", toolsJson: ['{"b":1,"1":2}'] } } } },
    ],
    ['"function_call":"none"', { functionCall: { choice: { case: "mode", value: "none" } } }],
    ['"function_call":{"name":"f"}', { functionCall: { choice: { case: "name", value: "f" } } }],
    ['"audio":{"voice":"alloy","format":"mp3"}', { audio: { voice: "alloy", format: "mp3" } }],
    ['"audio":{"voice":{"id":"v"},"format":"mp3"}', { audio: { voice: "", voiceId: "v" } }],
    ['"prediction":{"type":"content","content":"x"}', { prediction: { content: "x", parts: [] } }],
    [
      '"prompt_template":{"id":"greet","version":"2","variables":{"b":1.0,"1":12345678901234567890}}',
      { promptTemplate: { id: "greet", version: "2", variablesJson: '{"b":1.0,"1":12345678901234567890}' } },
    ],
    ['"extensions":{"acme":{"z":1,"2": 1e400}}', { extensionsJson: { acme: '{"z":1,"2": 1e400}' } }],
    ['"x":1,"__proto__":{"polluted":true},"10":[ 1 ]', { unknownFieldsJson: '{"x":1,"__proto__":{"polluted":true},"10":[ 1 ]}' }],
  ])("%s", (member, expected) => {
    expect(decode(withMember(member))).toMatchObject(expected);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("keeps reasoning under its own name, and beside it what comes second or is no string", () => {
    const both = decode(withMessage('{"role":"assistant","reasoning":"a","reasoning_content":"b"}')).messages[0];
    expect(both).toMatchObject({
      role: Role.ASSISTANT,
      reasoning: "a",
      reasoningField: "reasoning",
      unknownFieldsJson: '{"reasoning_content":"b"}',
    });
    const object = decode(withMessage('{"role":"assistant","reasoning":{"a":1}}')).messages[0];
    expect(object).toMatchObject({ unknownFieldsJson: '{"reasoning":{"a":1}}' });
    for (const message of [both, object]) expect(message?.content).toBeUndefined();
  });

  // A guard reads the message while the client's bytes go on as they are.
  it("hides nothing of the body: what is planted anywhere is refused, or is in the message", () => {
    const keys = [
      "text",
      "refusal",
      "reasoning",
      "reasoning_content",
      "custom",
      "function",
      "name",
      "id",
      "type",
      "content",
      "tools",
      "x",
    ];
    const canary = "CANARY";
    const planted = fc.constantFrom<unknown>(canary, [canary], { text: canary }, { name: "n", id: "i", x: canary }, [
      { [canary]: 1 },
    ]);
    let seen = 0;
    fc.assert(
      fc.property(arbitraryOpenAiRequest, fc.nat(), fc.constantFrom(...keys), planted, (request, at, key, value) => {
        const sent = encodeRequest(request, { model: "m", includeUsage: false, streamed: false, metadata: undefined });
        const body: unknown = JSON.parse(sent.toString());
        const objects = objectsIn(body);
        Object.assign(objects[at % objects.length] ?? {}, { [key]: value });
        const text = JSON.stringify(body);
        try {
          const message = decode(text);
          expect(JSON.stringify(message)).toContain(canary);
          const again = encodeRequest(message, { model: "m", includeUsage: false, streamed: false, metadata: undefined });
          expect(JSON.parse(again.toString())).toMatchObject(JSON.parse(text) as object);
          seen++;
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          expect(error.code).toBe("invalid_request");
        }
      }),
      { numRuns: 1500 },
    );
    expect(seen).toBeGreaterThan(100);
  });
});

/** Every object inside a JSON value, the value first. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}
