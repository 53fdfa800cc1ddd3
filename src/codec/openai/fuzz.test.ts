import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { openAiReplies } from "../../../test/golden/openai.replies.ts";
import { arbitraryJsonText } from "../../../test/support/arbitrary-json-text.ts";
import { casesOf } from "../../../test/support/cases.ts";
import { ours } from "../../../test/support/ours.ts";
import { GatewayError } from "../../chat/error.ts";
import { SseFrames } from "../../transport/sse-frames.ts";
import { encodeResponse } from "./encode-reply.ts";
import { openAiCodec } from "./openai-codec.ts";
import { utf8Of } from "./utf8-of.ts";

const codec = openAiCodec({ vendor: "openai", streamUsage: true });
const options = { model: "m", created: 1, provider: "p" };
const cases = { numRuns: casesOf(10_000) };
const timeout = 120_000 * Math.max(1, casesOf(1));

/** A JSON text with one of its tokens taken out or replaced by any value. */
const spoiled = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.oneof(fc.constant(""), arbitraryJsonText)).map(([text, at, value]) => {
    const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^{}[\],:"]+/g) ?? [];
    tokens[at % Math.max(1, tokens.length)] = value;
    return tokens.join("");
  });

describe("whatever comes of a server that says it speaks OpenAI's API", () => {
  const wholes = openAiReplies.map(({ whole }) => JSON.stringify(whole));
  const chunks = openAiReplies.flatMap(({ events }) => events.map((event) => JSON.stringify(event)));

  it.each<[string, fc.Arbitrary<string>]>([
    ["any JSON, or none", fc.oneof(arbitraryJsonText, fc.string())],
    ["nearly a reply", spoiled(wholes)],
  ])("is a reply or an error of ours: %s", { timeout }, (_, body) => {
    fc.assert(
      fc.property(body, (text) => {
        const decoded = ours(() => codec.decodeResponse(text, options));
        if (decoded !== undefined) {
          toBinary(ChatCompletionResponseSchema, decoded.response);
          JSON.parse(encodeResponse(decoded.response, { sluice: false }));
        }
        expect(codec.decodeError({ status: 400, headers: {}, body: text, provider: "p" })).toBeInstanceOf(GatewayError);
      }),
      cases,
    );
  });

  const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each));
  const events = fc.oneof(spoiled(chunks), fc.constantFrom(...chunks, "[DONE]"), arbitraryJsonText);
  it("is chunks or an error of ours: any bytes, and events in any order", { timeout }, () => {
    let whole = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            bytes,
            events.map((json) => Buffer.from(`data: ${json}\n\n`)),
          ),
          { maxLength: 6 },
        ),
        (reads) => {
          ours(() => {
            const decoder = codec.decodeStream(options);
            const frames = new SseFrames((text, start, end) => {
              const chunk = decoder.next(utf8Of(text, start, end));
              if (chunk !== undefined) toBinary(ChatCompletionChunkSchema, chunk);
            });
            for (const read of reads) frames.push(read);
            if (decoder.complete) whole++;
          });
        },
      ),
      cases,
    );
    expect(whole).toBeGreaterThan(0);
  });
});
