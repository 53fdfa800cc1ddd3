import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionResponse, ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import {
  arbitraryEvents,
  arbitraryMessage,
  arbitrarySpoiledMessage,
} from "../../../test/support/anthropic/arbitrary-anthropic.ts";
import { streamOfMessage } from "../../../test/support/anthropic/stream-of-message.ts";
import { arbitraryJsonText } from "../../../test/support/arbitrary-json-text.ts";
import { arbitraryOpenAiRequest } from "../../../test/support/arbitrary-openai.ts";
import { casesOf } from "../../../test/support/cases.ts";
import { ours } from "../../../test/support/ours.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import { SseFrames } from "../../transport/sse-frames.ts";
import { JsonReader } from "../json/json-reader.ts";
import { encodeResponse } from "../openai/encode-reply.ts";
import { utf8Of } from "../openai/utf8-of.ts";
import { anthropicCodec, anthropicOptions } from "./index.ts";

const options = { model: "m", created: 1, provider: "p" };
const cases = { numRuns: casesOf(10_000) };
const longEnough = 120_000 * Math.max(1, casesOf(1));

function mustBeValid(response: ChatCompletionResponse): void {
  toBinary(ChatCompletionResponseSchema, response);
  JSON.parse(encodeResponse(response, { sluice: false }));
}

/** Decodes payloads to the end or the first error. */
function decodeAll(payloads: readonly string[]): ChatCompletionResponse {
  const decoder = anthropicCodec.decodeStream(options);
  const fold = new Fold();
  ours(() => {
    for (const payload of payloads) {
      const chunk = decoder.next(payload);
      if (chunk === undefined) continue;
      toBinary(ChatCompletionChunkSchema, chunk);
      fold.add(chunk);
    }
  });
  return fold.response();
}

describe("whatever comes", () => {
  it("is a reply or an error of ours: any JSON", { timeout: longEnough }, () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryJsonText, fc.string()), (body) => {
        const decoded = ours(() => anthropicCodec.decodeResponse(body, options));
        if (decoded !== undefined) mustBeValid(decoded.response);
        expect(anthropicCodec.decodeError({ status: 400, headers: {}, body, provider: "p" })).toBeInstanceOf(GatewayError);
      }),
      cases,
    );
  });

  it("is a reply or an error of ours: nearly a message", { timeout: longEnough }, () => {
    let decodedOnes = 0;
    fc.assert(
      fc.property(arbitrarySpoiledMessage, (message) => {
        const decoded = ours(() => anthropicCodec.decodeResponse(JSON.stringify(message), options));
        if (decoded === undefined) return;
        decodedOnes++;
        mustBeValid(decoded.response);
      }),
      cases,
    );
    expect(decodedOnes).toBeGreaterThan(cases.numRuns / 4);
  });

  it("is chunks or an error of ours: any bytes", { timeout: longEnough }, () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
      arbitraryJsonText.map((json) => Buffer.from(`data: ${json}\n\n`)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (reads) => {
        ours(() => {
          const decoder = anthropicCodec.decodeStream(options);
          const frames = new SseFrames((text, start, end) => decoder.next(utf8Of(text, start, end)));
          for (const read of reads) frames.push(read);
        });
      }),
      cases,
    );
  });

  it("is chunks or an error of ours: events in any order", { timeout: longEnough }, () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => mustBeValid(decodeAll(events.map((event) => JSON.stringify(event) ?? "")))),
      cases,
    );
  });
});

describe("any message", () => {
  it("is the same in events and whole", { timeout: longEnough }, () => {
    fc.assert(
      fc.property(arbitraryMessage, fc.integer({ min: 1, max: 9 }), (message, size) => {
        const { response } = anthropicCodec.decodeResponse(JSON.stringify(message), options);
        const folded = decodeAll(streamOfMessage(message, size).map((event) => JSON.stringify(event)));
        expect(folded).toEqual(response);
      }),
      { numRuns: casesOf(2000) },
    );
  });
});

describe("any request", () => {
  it.each(["drop", "pass", "reject"] as const)(
    "becomes strict JSON or an error of ours (%s)",
    { timeout: longEnough },
    (unsupported) => {
      const models = fc.constantFrom("claude-haiku-4-5", "claude-opus-4-6", "claude-opus-5", "claude-sonnet-5-5", "other");
      fc.assert(
        fc.property(arbitraryOpenAiRequest, models, fc.boolean(), (request, model, streamed) => {
          const how = { model, streamed, metadata: undefined, unsupported, allowedOptions: anthropicOptions };
          const encoded = ours(() => anthropicCodec.encodeRequest(request, how));
          if (encoded === undefined) return;
          noKeyTwice(encoded.body);
        }),
        { numRuns: casesOf(600) },
      );
    },
  );
});

/** Exact JSON text of a client's may hold a key twice, deep inside; the body itself must not. */
function noKeyTwice(body: string): void {
  const keys: string[] = [];
  const reader = new JsonReader(body);
  reader.object((key) => {
    keys.push(key);
    reader.skip();
  });
  reader.end();
  expect(new Set(keys).size).toBe(keys.length);
}
