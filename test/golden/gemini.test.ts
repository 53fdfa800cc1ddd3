import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayError } from "../../src/chat/error.ts";
import { Fold } from "../../src/chat/fold.ts";
import type { EncodedRequest } from "../../src/codec/chat-codec.ts";
import { geminiCodec, geminiOptions } from "../../src/codec/gemini/index.ts";
import type { ParamPolicy } from "../../src/codec/left-out-params.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { utf8Of } from "../../src/codec/openai/utf8-of.ts";
import { SseFrames } from "../../src/transport/sse-frames.ts";
import { caseShare } from "../support/cases.ts";
import { requestFault } from "../support/fakes/gemini-request-check.ts";
import { geminiRequests } from "./gemini.golden.ts";
import { type GeminiReply, geminiReplies } from "./gemini.replies.ts";

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

const decoding = { model: "asked", created: 1767225600, provider: "google" };
const jsonOf = (response: ChatCompletionResponse): unknown => JSON.parse(encodeResponse(response, { sluice: false }));
const eventsOf = ({ whole = {}, events }: GeminiReply): readonly object[] => events ?? [whole];
const bytesOf = (reply: GeminiReply): Buffer =>
  Buffer.from(
    eventsOf(reply)
      .map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`)
      .join(""),
  );

/** Reads a stream whose bytes come in these pieces. */
function readStream(pieces: Iterable<Buffer>): { readonly response: ChatCompletionResponse; readonly complete: boolean } {
  const decoder = geminiCodec.decodeStream(decoding);
  const fold = new Fold();
  const frames = new SseFrames((text, start, end) => {
    const chunk = decoder.next(utf8Of(text, start, end));
    if (chunk !== undefined) fold.add(chunk);
  });
  for (const piece of pieces) frames.push(piece);
  return { response: fold.response(), complete: decoder.complete };
}

it("has enough replies", () => {
  expect(geminiReplies.length).toBeGreaterThanOrEqual(25);
  expect(geminiReplies.filter(({ whole, events }) => whole !== undefined && events !== undefined).length).toBeGreaterThan(10);
});

describe.each(geminiReplies.map((reply) => [reply.name, reply] as const))("the reply %s", (_name, reply) => {
  const { whole, choices, usage, beside, raw } = reply;
  const said = { id: "r1", object: "chat.completion", created: decoding.created, model: "asked", choices, usage, ...beside };

  it("says it whole", () => {
    if (whole === undefined) return; // such a reply only comes in pieces
    const { response, upstreamModel } = geminiCodec.decodeResponse(JSON.stringify(whole, null, 2), decoding);
    expect(jsonOf(response)).toEqual(said);
    expect(response.choices[0]?.finishReasonRaw).toBe(raw);
    expect(upstreamModel).toBe("gemini-3-flash");
  });

  it("says the same streamed", () => {
    const { response, complete } = readStream([bytesOf(reply)]);
    expect(jsonOf(response)).toEqual(said);
    expect(response.choices[0]?.finishReasonRaw).toBe(raw);
    expect(complete).toBe(true);
  });

  it("is the same fold, streamed or not", () => {
    if (whole === undefined) return;
    const { response } = geminiCodec.decodeResponse(JSON.stringify(whole), decoding);
    expect(readStream([bytesOf(reply)]).response).toEqual(response);
  });

  it("is the same cut anywhere", () => {
    const bytes = bytesOf(reply);
    const { response } = readStream([bytes]);
    for (let at = 0; at <= bytes.length; at++) {
      expect(readStream([bytes.subarray(0, at), bytes.subarray(at)]).response, `at ${at}`).toEqual(response);
    }
  });

  it("is the same in pieces of any length", () => {
    const bytes = bytesOf(reply);
    const { response } = readStream([bytes]);
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, (cycle) => {
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; at += cycle[i++ % cycle.length] ?? 1) {
          pieces.push(bytes.subarray(at, at + (cycle[i % cycle.length] ?? 1)));
        }
        expect(readStream(pieces).response).toEqual(response);
      }),
      { numRuns: Math.ceil(20 * caseShare) },
    );
  });

  it("is not complete before its last event", () => {
    const decoder = geminiCodec.decodeStream(decoding);
    for (const event of eventsOf(reply)) {
      expect(decoder.complete).toBe(false);
      decoder.next(JSON.stringify(event));
    }
    expect(decoder.complete).toBe(true);
  });
});

it("ends a call that begins after the end", () => {
  const candidates = [
    { content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" },
    { content: { parts: [{ functionCall: { name: "f", willContinue: true } }] } },
  ];
  const { response } = geminiCodec.decodeResponse(JSON.stringify({ candidates }), decoding);
  expect(response.choices[0]?.message?.toolCalls[0]?.function?.arguments).toBe("{}");
});

describe("a reply that is none", () => {
  it.each([
    "{}",
    "[]",
    "null",
    '"text"',
    "{",
    "",
    '{"candidates":5}',
    '{"candidates":[{"content":{"parts":[{"text":5}]}}]}',
    '{"candidates":[]}',
    '{"promptFeedback":{}}',
    '{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}',
    '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true}}]}}],"promptFeedback":{"blockReason":"OTHER"}}',
    '{"candidates":[{"content":{"parts":[{"functionCall":{"args":{}}}]}}]}',
    '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":"{}"}}]}}]}',
  ])("%s", (body) => {
    const attempt = () => geminiCodec.decodeResponse(body, decoding);
    expect(attempt).toThrow(GatewayError);
    expect(attempt).toThrow(expect.objectContaining({ code: "upstream_error" }));
  });

  it("is an error of the vendor's, streamed or not", () => {
    const error = (status: string) => JSON.stringify({ error: { code: 0, message: "secret words", status } });
    for (const [status, code] of [
      ["RESOURCE_EXHAUSTED", "upstream_rate_limited"],
      ["DEADLINE_EXCEEDED", "upstream_timeout"],
      ["UNAUTHENTICATED", "upstream_auth"],
      ["INTERNAL", "upstream_error"],
      ["constructor", "upstream_error"],
    ] as const) {
      for (const attempt of [
        () => geminiCodec.decodeResponse(error(status), decoding),
        () => geminiCodec.decodeStream(decoding).next(error(status)),
      ]) {
        expect(attempt).toThrow(expect.objectContaining({ code, provider: "google" }));
        expect(attempt).not.toThrow("secret");
      }
    }
  });

  it("is taken where a stream comes as one array", () => {
    for (const reply of geminiReplies) {
      const { response } = geminiCodec.decodeResponse(JSON.stringify(eventsOf(reply)), decoding);
      expect(response).toEqual(readStream([bytesOf(reply)]).response);
    }
  });
});
