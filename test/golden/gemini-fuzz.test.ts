import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../../src/chat/error.ts";
import { Fold } from "../../src/chat/fold.ts";
import { geminiCodec, geminiOptions } from "../../src/codec/gemini/index.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { encodeChunk, encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { utf8Of } from "../../src/codec/openai/utf8-of.ts";
import { SseFrames } from "../../src/transport/sse-frames.ts";
import { casesOf } from "../support/cases.ts";
import { formFault, requestForm } from "../support/fakes/gemini-fields.ts";

const decoding = { model: "asked", created: 1, provider: "google" };
const numRuns = casesOf(10_000);

const text = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: "binary", maxLength: 4 }), fc.constant(""));
const small = fc.oneof(fc.nat(3), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
/** What stands where something else should. */
const odd: fc.Arbitrary<unknown> = fc.constantFrom(null, true, 5, -1, 1e300, "", "x", [], [1], {}, { a: 1 }, [[{}]]);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 40, arbitrary: value }, { weight: 1, arbitrary: odd });
const path = fc
  .array(
    fc.oneof(
      fc.constantFrom(".a", ".b", "['c']", "[0]", "[1]"),
      fc.nat(2).map((i) => `[${i}]`),
    ),
    { maxLength: 4 },
  )
  .map((steps) => `$${steps.join("")}`);
const partialArg = fc.record(
  { jsonPath: path, stringValue: text, numberValue: small, boolValue: fc.boolean(), willContinue: fc.boolean() },
  { requiredKeys: ["jsonPath"] },
);
const functionCall = fc.record(
  {
    name: maybe(fc.constantFrom("f", "g", "")),
    id: text,
    args: maybe(fc.dictionary(fc.string({ maxLength: 5 }), odd, { maxKeys: 3 })),
    partialArgs: maybe(fc.array(partialArg, { maxLength: 3 })),
    willContinue: maybe(fc.boolean()),
  },
  { requiredKeys: [] },
);
const part = fc.record(
  {
    text: maybe(text),
    thought: maybe(fc.boolean()),
    thoughtSignature: maybe(text),
    functionCall: maybe(functionCall),
    executableCode: odd,
    inlineData: odd,
  },
  { requiredKeys: [] },
);
const segment = fc.record({ startIndex: small, endIndex: small, partIndex: small }, { requiredKeys: [] });
const candidate = fc.record(
  {
    index: maybe(fc.nat(2)),
    content: maybe(fc.record({ parts: maybe(fc.array(maybe(part), { maxLength: 4 })) })),
    finishReason: maybe(fc.constantFrom("STOP", "MAX_TOKENS", "SAFETY", "OTHER", "constructor", "FINISH_REASON_UNSPECIFIED")),
    avgLogprobs: odd,
    logprobsResult: maybe(fc.record({ chosenCandidates: fc.array(fc.record({ token: text, logProbability: small })) })),
    groundingMetadata: maybe(
      fc.record({
        groundingChunks: fc.array(fc.record({ web: fc.record({ uri: text, title: text }) }), { maxLength: 2 }),
        groundingSupports: fc.array(fc.record({ segment, groundingChunkIndices: fc.array(small, { maxLength: 2 }) }), {
          maxLength: 2,
        }),
      }),
    ),
  },
  { requiredKeys: [] },
);
/** Something like a reply of Gemini's, with faults in it. */
const reply = fc.record(
  {
    candidates: maybe(fc.array(maybe(candidate), { maxLength: 3 })),
    promptFeedback: maybe(fc.record({ blockReason: maybe(text) })),
    usageMetadata: maybe(
      fc.record(
        { promptTokenCount: small, candidatesTokenCount: small, totalTokenCount: small, promptTokensDetails: odd },
        { requiredKeys: [] },
      ),
    ),
    responseId: maybe(text),
    createTime: maybe(text),
    error: fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd }),
    more: odd,
  },
  { requiredKeys: ["candidates"] },
);
const anyJson = fc.oneof({ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) }, { weight: 9, arbitrary: reply });

/** What is no error of ours fails the test. */
function orOurError(attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toMatch(/^upstream_/);
  }
}

const fits = (chunk: ChatCompletionChunk) => {
  JSON.parse(encodeChunk(chunk, { sluice: true, usage: true }));
  for (const { delta } of chunk.choices) expect(delta?.unknownFieldsJson ?? "").not.toMatch(/[\n\r]/);
};

describe("the codec is total", () => {
  it("for any JSON as a reply", () => {
    let good = 0;
    fc.assert(
      fc.property(anyJson, fc.boolean(), (value, indented) => {
        orOurError(() => {
          const { response } = geminiCodec.decodeResponse(JSON.stringify(value, null, indented ? 2 : 0), decoding);
          const json = encodeResponse(response, { sluice: true });
          expect(JSON.parse(json).choices.length).toBeGreaterThan(0);
          for (const { message } of response.choices) {
            for (const call of message?.toolCalls ?? []) expect(typeof JSON.parse(call.function?.arguments ?? "")).toBe("object");
            const covered = (message?.reasoningBlocks ?? []).reduce((sum, { length }) => sum + length, 0);
            expect(covered).toBeLessThanOrEqual(message?.reasoning?.length ?? 0);
          }
          good++;
        });
      }),
      { numRuns },
    );
    expect(good).toBeGreaterThan(numRuns / 20);
  });

  it("for any events as a stream", () => {
    fc.assert(
      fc.property(fc.array(anyJson, { maxLength: 6 }), (events) => {
        orOurError(() => {
          const decoder = geminiCodec.decodeStream(decoding);
          const fold = new Fold();
          for (const event of events) {
            const chunk = decoder.next(JSON.stringify(event));
            if (chunk === undefined) continue;
            fits(chunk);
            fold.add(chunk);
          }
          JSON.parse(encodeResponse(fold.response(), { sluice: true }));
          if (!decoder.complete) return;
          for (const { message } of fold.response().choices) {
            for (const call of message?.toolCalls ?? []) expect(typeof JSON.parse(call.function?.arguments ?? "")).toBe("object");
          }
        });
      }),
      { numRuns },
    );
  });

  it("for any bytes as a stream", () => {
    const sent = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(anyJson, fc.nat(300), fc.nat(255)).map(([event, at, byte]) => {
        const bytes = Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 4 }), (pieces) => {
        orOurError(() => {
          const decoder = geminiCodec.decodeStream(decoding);
          const frames = new SseFrames((line, start, end) => {
            const chunk = decoder.next(utf8Of(line, start, end));
            if (chunk !== undefined) fits(chunk);
          });
          for (const piece of pieces) frames.push(Buffer.from(piece));
        });
      }),
      { numRuns },
    );
  });

  it("for any body as a refusal", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 300, max: 599 }), (body, status) => {
        const error = geminiCodec.decodeError({ status, headers: {}, body, provider: "google" }, 0);
        expect(error).toBeInstanceOf(GatewayError);
      }),
      { numRuns },
    );
  });
});

describe("a request of any kind", () => {
  const content = fc.oneof(
    text,
    fc.array(
      fc.oneof(
        text.map((words) => ({ type: "text", text: words })),
        text.map((url) => ({
          type: "image_url",
          image_url: { url: `https://x.example/${encodeURIComponent(url.toWellFormed())}` },
        })),
        fc.base64String().map((data) => ({ type: "input_audio", input_audio: { data: data || "QQ==", format: "wav" } })),
        fc.jsonValue().map((value) => ({ type: "other", other: value })),
      ),
      { maxLength: 3 },
    ),
  );
  const message = fc.oneof(
    content.map((given) => ({ role: "user", content: given })),
    content.map((given) => ({ role: "system", content: given })),
    fc.tuple(text, text, fc.oneof(fc.json(), text), text).map(([words, reasoning, args, signature]) => [
      {
        role: "assistant",
        content: words,
        reasoning_content: reasoning,
        tool_calls: [
          {
            id: "c",
            type: "function",
            function: { name: "f", arguments: args },
            signature: Buffer.from(signature).toString("base64"),
          },
        ],
      },
      { role: "tool", tool_call_id: "c", content: args },
    ]),
  );
  const request = fc.record(
    {
      messages: fc.array(message, { minLength: 1, maxLength: 5 }).map((all) => all.flat()),
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      seed: fc.integer(),
      stop: fc.array(text, { maxLength: 3 }),
      response_format: fc.constantFrom({ type: "text" }, { type: "json_object" }, { type: "odd" }),
      reasoning_effort: fc.constantFrom("none", "low", "constructor", ""),
      tools: fc.array(fc.constantFrom({ type: "function", function: { name: "f" } }, { type: "custom", custom: { name: "g" } })),
      tool_choice: fc.constantFrom("auto", "none", "required", "odd"),
      odd,
    },
    { requiredKeys: ["messages"] },
  );

  it("gives a body of the vendor's form", () => {
    fc.assert(
      fc.property(request, fc.constantFrom("gemini-3-flash", "gemini-2.5-pro", "gemini-2.0-flash"), (given, model) => {
        const asked = decodeRequest(Buffer.from(JSON.stringify({ model: "asked", ...given })));
        const options = {
          model,
          streamed: false,
          metadata: undefined,
          unsupported: "drop",
          allowedOptions: geminiOptions,
        } as const;
        const { body } = geminiCodec.encodeRequest(asked, options);
        expect(formFault(JSON.parse(body), requestForm)).toBeUndefined();
      }),
      { numRuns: casesOf(2000) },
    );
  });
});
