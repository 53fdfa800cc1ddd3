import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/chat/error.ts";
import { Fold } from "../../src/chat/fold.ts";
import type { EncodeOptions } from "../../src/codec/chat-codec.ts";
import { decodeRequest } from "../../src/codec/openai/decode-request.ts";
import { encodeResponse } from "../../src/codec/openai/encode-reply.ts";
import { utf8Of } from "../../src/codec/openai/utf8-of.ts";
import { SseFrames } from "../../src/transport/sse-frames.ts";
import { goldenCodecs } from "./codecs.ts";
import type { GoldenCodec, GoldenReply } from "./golden-codec.ts";
import type { GoldenRequest } from "./golden-request.ts";
import { goldenRequests } from "./requests.ts";

const decoding = { model: "asked", created: 1767225600, provider: "golden" };

function encode(
  { codec, model }: GoldenCodec,
  { request, edit }: GoldenRequest,
  unsupported: EncodeOptions["unsupported"] = "drop",
) {
  const message = decodeRequest(Buffer.from(JSON.stringify({ model: "asked", ...request })));
  edit?.(message);
  const streamed = request.stream === true;
  return codec.encodeRequest(message, { model, streamed, metadata: undefined, unsupported, allowedOptions: new Set() });
}

const jsonOf = (response: Parameters<typeof encodeResponse>[0]): unknown =>
  JSON.parse(encodeResponse(response, { sluice: false }));

/** Reads a stream in pieces; `seen` looks at the fold after every piece. */
function readStream(
  { codec }: GoldenCodec,
  { events }: GoldenReply,
  lengthOf: () => number,
  seen?: (complete: boolean, fold: Fold) => void,
) {
  const bytes = Buffer.from(
    [...events.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""),
  );
  const decoder = codec.decodeStream(decoding);
  const fold = new Fold();
  const frames = new SseFrames((text, start, end) => {
    const chunk = decoder.next(utf8Of(text, start, end));
    if (chunk !== undefined) fold.add(chunk);
  });
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + lengthOf());
    frames.push(bytes.subarray(at, end));
    at = end;
    seen?.(decoder.complete, fold);
  }
  expect(decoder.complete).toBe(true);
  return fold.response();
}

const contentOf = (fold: Fold) => fold.response().choices[0]?.message?.content ?? "";

it("has a request for every feature, each with a name of its own", () => {
  expect(goldenRequests.length).toBeGreaterThanOrEqual(40);
  expect(new Set(goldenRequests.map(({ name }) => name)).size).toBe(goldenRequests.length);
});

describe.each(goldenCodecs.map((golden) => [golden.title, golden] as const))("%s", (_, golden) => {
  const { bodies, replies = [] } = golden;

  it.each(goldenRequests.map((request) => [request.name, request] as const))(
    "takes the request %s, or says what it does not",
    (name, request) => {
      let encoded: ReturnType<typeof encode>;
      try {
        encoded = encode(golden, request);
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError);
        expect(bodies?.[name]).toBeUndefined();
        return;
      }
      const body: Record<string, unknown> = JSON.parse(encoded.body);
      if (bodies === undefined) return;
      expect(body).toEqual({ ...bodies[name]?.body, model: golden.model });
      expect(encoded.dropped.toSorted()).toEqual((bodies[name]?.dropped ?? []).toSorted());
    },
  );

  it("refuses what it would leave out where the policy is to reject", () => {
    for (const request of goldenRequests) {
      const attempt = () => encode(golden, request, "reject");
      if ((bodies?.[request.name]?.dropped ?? []).length > 0)
        expect(attempt).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
      else if (bodies !== undefined) expect(attempt).not.toThrow();
    }
  });

  it.each(replies.map((reply) => [reply.name, reply] as const))(
    "gives of the reply %s what it says, whole and in pieces",
    (_name, reply) => {
      const { response } = golden.codec.decodeResponse(JSON.stringify(reply.whole), decoding);
      expect(jsonOf(response)).toMatchObject({ model: "asked", ...reply.said });
      const streamed = readStream(golden, reply, () => Number.POSITIVE_INFINITY);
      expect(jsonOf(streamed)).toEqual(jsonOf(response));
    },
  );

  it.each(replies.map((reply) => [reply.name, reply] as const))(
    "gives the same of %s however it is cut, and no end before its end",
    (_name, reply) => {
      const whole = jsonOf(readStream(golden, reply, () => Number.POSITIVE_INFINITY));
      let length = 1;
      for (let i = 0; i < 10; i++)
        expect(jsonOf(readStream(golden, reply, () => (length = (length * 7 + i) % 61 || 1)))).toEqual(whole);
      let said = "";
      let hasEnded = false;
      readStream(
        golden,
        reply,
        () => 1,
        (complete, fold) => {
          const text = contentOf(fold);
          expect(text.startsWith(said)).toBe(true);
          said = text;
          expect(complete || !hasEnded).toBe(true); // an end is not taken back
          hasEnded = complete;
        },
      );
    },
  );

  it.each(replies.map((reply) => [reply.name, reply] as const))(
    "does not take the beginning of %s for the whole",
    (_name, { events }) => {
      const last = events.findLastIndex((event) => /"finish_reason":"/.test(JSON.stringify(event)));
      if (last < 0) return;
      const decoder = golden.codec.decodeStream(decoding);
      for (const event of events.slice(0, last)) decoder.next(JSON.stringify(event));
      expect(decoder.complete).toBe(false);
    },
  );
});
