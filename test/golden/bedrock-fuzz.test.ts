import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayError } from "../../src/chat/error.ts";
import { Fold } from "../../src/chat/fold.ts";
import { bedrockCodec, bedrockOptions } from "../../src/codec/bedrock/index.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { encodeChunk, encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { arbitraryJsonText } from "../support/arbitrary-json-text.ts";
import { arbitraryOpenAiRequest } from "../support/arbitrary-openai.ts";
import { bedrockStream, decodeStream, decoding } from "../support/bedrock-stream.ts";
import { casesOf } from "../support/cases.ts";
import { eventStreamMessage } from "../support/event-stream-message.ts";
import { checkedBody } from "../support/fakes/bedrock-request-rules.ts";
import { claude } from "./bedrock.golden.ts";
import { replies } from "./bedrock-replies.golden.ts";

const numRuns = casesOf(10_000);

/** Takes a step that gives a valid result or an error of ours; counts which. */
function counted(): { take(step: () => void): void; readonly valid: number; readonly refused: number } {
  const counts = { valid: 0, refused: 0 };
  return {
    take(step) {
      try {
        step();
        counts.valid++;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        expect(error.code).not.toBe("internal");
        counts.refused++;
      }
    },
    get valid() {
      return counts.valid;
    },
    get refused() {
      return counts.refused;
    },
  };
}

/** Values at random places of a JSON value replaced. */
function damaged(value: unknown, seeds: readonly number[], replacement: unknown): unknown {
  let at = 0;
  const visit = (node: unknown): unknown => {
    if (seeds.includes(at++)) return replacement;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value);
}

const seeds = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 2 });
const replacement = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, "", "x", "\ud800", [], {}, [null], { text: 1 }, [[[]]], { toolUse: null }),
  arbitraryJsonText.map((text): unknown => JSON.parse(text)),
);
const bodies = replies.flatMap(({ body }) => body ?? []);
const streams = replies.flatMap(({ events }) => (events === undefined ? [] : [events]));

function whole(body: string): void {
  const { response } = bedrockCodec.decodeResponse(body, decoding);
  JSON.parse(encodeResponse(response, { sluice: false }));
  fromBinary(ChatCompletionResponseSchema, toBinary(ChatCompletionResponseSchema, response));
}

function streamed(bytes: Buffer): void {
  const fold = new Fold();
  for (const chunk of decodeStream([bytes]).chunks) {
    JSON.parse(encodeChunk(chunk, { sluice: false, usage: true }));
    fromBinary(ChatCompletionChunkSchema, toBinary(ChatCompletionChunkSchema, chunk));
    fold.add(chunk);
  }
  JSON.parse(encodeResponse(fold.response(), { sluice: false }));
}

describe("anything that is taken for a reply", () => {
  it("is a valid one or an error of ours: any JSON, damaged replies", () => {
    const counts = counted();
    const one = fc.oneof(
      { arbitrary: arbitraryJsonText, weight: 1 },
      {
        arbitrary: fc
          .tuple(fc.constantFrom(...bodies), seeds, replacement)
          .map(([body, at, by]) => JSON.stringify(damaged(body, at, by))),
        weight: 3,
      },
    );
    fc.assert(
      fc.property(one, (body) => counts.take(() => whole(body))),
      { numRuns },
    );
    expect(counts.valid).toBeGreaterThan(numRuns / 10);
    expect(counts.refused).toBeGreaterThan(numRuns / 10);
  });

  it("is a valid one or an error of ours: any bytes, any events, damaged streams", () => {
    const counts = counted();
    const types = [
      "messageStart",
      "contentBlockStart",
      "contentBlockDelta",
      "contentBlockStop",
      "messageStop",
      "metadata",
      "new",
    ];
    const event = fc
      .tuple(fc.constantFrom(...types), arbitraryJsonText)
      .map(([type, text]) => eventStreamMessage({ ":message-type": "event", ":event-type": type }, text));
    const headers = fc.dictionary(
      fc.constantFrom(":message-type", ":event-type", ":exception-type", ":error-code", "x"),
      fc.string(),
    );
    const odd = fc.tuple(headers, fc.string()).map(([names, text]) => eventStreamMessage(names, text));
    const one = fc.oneof(
      { arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
      { arbitrary: fc.array(fc.oneof(event, odd), { maxLength: 4 }).map((parts) => Buffer.concat(parts)), weight: 2 },
      {
        arbitrary: fc.tuple(fc.constantFrom(...streams), seeds, replacement).map(
          ([events, at, by]) => bedrockStream(events.map(([type, payload]) => [type, damaged(payload, at, by) as object])), // whatever it is, it is written
        ),
        weight: 4,
      },
      {
        arbitrary: fc
          .tuple(fc.constantFrom(...streams), fc.array(fc.nat({ max: 12 }), { maxLength: 12 }))
          .map(([events, order]) =>
            bedrockStream(order.flatMap((at) => [events[at % events.length]].filter((found) => found !== undefined))),
          ),
        weight: 2,
      },
    );
    fc.assert(
      fc.property(one, (bytes) => counts.take(() => streamed(bytes))),
      { numRuns },
    );
    expect(counts.valid).toBeGreaterThan(numRuns / 10);
    expect(counts.refused).toBeGreaterThan(numRuns / 10);
  });

  it("is refused when it goes deeper than our own reader", () => {
    const deep = `${'{"a":'.repeat(61)}1${"}".repeat(61)}`;
    for (const at of ["metrics", "additionalModelResponseFields", "usage", "output"]) {
      const counts = counted();
      counts.take(() => whole(JSON.stringify({ ...bodies[0], [at]: JSON.parse(deep) })));
      counts.take(() => streamed(bedrockStream([["metadata", { [at]: JSON.parse(deep) }]])));
      counts.take(() =>
        streamed(bedrockStream([["contentBlockDelta", { contentBlockIndex: 0, delta: { [at]: JSON.parse(deep) } }]])),
      );
      expect(counts.valid + counts.refused).toBe(3);
    }
  });
});

describe("any request", () => {
  it("becomes JSON or an error of ours", () => {
    const counts = counted();
    const options = { streamed: false, metadata: undefined, allowedOptions: bedrockOptions } as const;
    const model = fc.constantFrom(
      claude,
      "amazon.nova-2-lite-v1:0",
      "us.anthropic.claude-3-haiku-20240307-v1:0",
      "meta.llama3",
      "x",
    );
    const unsupported = fc.constantFrom("drop", "pass", "reject");
    fc.assert(
      fc.property(arbitraryOpenAiRequest, model, unsupported, (request, name, policy) =>
        counts.take(() => {
          JSON.parse(bedrockCodec.encodeRequest(request, { ...options, model: name, unsupported: policy }).body);
        }),
      ),
      { numRuns: casesOf(2000) },
    );
    expect(counts.valid + counts.refused).toBe(casesOf(2000));
  });

  it("that makes sense is one that Bedrock takes", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 8 });
    const user = text.map((content) => [{ role: "user", content }]);
    const system = text.map((content) => [{ role: "system", content }]);
    const assistant = text.map((content) => [{ role: "assistant", content }]);
    const calls = fc
      .tuple(text, fc.uniqueArray(fc.stringMatching(/^[a-z.:]{6}$/), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([content, ids, reversed]) => [
        {
          role: "assistant",
          content,
          tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "weather", arguments: '{"a":1}' } })),
        },
        ...(reversed ? ids.toReversed() : ids).map((id) => ({ role: "tool", tool_call_id: id, content })),
      ]);
    const talk = fc
      .array(fc.oneof(user, system, assistant, calls), { maxLength: 8 })
      .map((steps) => [{ role: "user", content: "Hi" }, ...steps.flat()]);
    const more = fc.record(
      {
        tools: fc.constant([{ type: "function", function: { name: "weather", description: " ", strict: true } }]),
        tool_choice: fc.constantFrom("auto", "none", "required"),
        reasoning_effort: fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        max_completion_tokens: fc.integer({ min: 1, max: 40_000 }),
        temperature: fc.constantFrom(0, 0.5, 1),
        stop: fc.constantFrom("x", ["x", "y"]),
        service_tier: fc.constantFrom("auto", "default", "flex"),
        response_format: fc.constant({ type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } }),
      },
      { requiredKeys: [] },
    );
    const model = fc.constantFrom(
      claude,
      "amazon.nova-2-lite-v1:0",
      "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
      "openai.gpt-oss-20b-1:0",
    );
    fc.assert(
      fc.property(talk, more, model, (messages, members, name) => {
        const request = decodeRequest(Buffer.from(JSON.stringify({ model: "m", messages, ...members })));
        const options = {
          model: name,
          streamed: false,
          metadata: undefined,
          unsupported: "drop",
          allowedOptions: bedrockOptions,
        } as const;
        checkedBody(JSON.parse(bedrockCodec.encodeRequest(request, options).body));
      }),
      { numRuns: casesOf(3000) },
    );
  });
});
