import { crc32 } from "node:zlib";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { casesOf } from "../../test/support/cases.ts";
import { eventStreamMessage } from "../../test/support/event-stream-message.ts";
import { GatewayError } from "../chat/error.ts";
import { EventStreamFrames } from "./event-stream.ts";
import type { EventStreamHeader } from "./event-stream-headers.ts";

interface Taken {
  readonly headers: Record<string, EventStreamHeader>;
  readonly payload: string;
}

function read(pieces: readonly Buffer[]): { messages: Taken[]; error: unknown; between: boolean } {
  const messages: Taken[] = [];
  const frames = new EventStreamFrames((headers, payload) =>
    messages.push({ headers: Object.fromEntries(headers), payload: payload.toString("latin1") }),
  );
  try {
    for (const piece of pieces) frames.push(piece);
    return { messages, error: undefined, between: frames.between };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { messages, error: error.message, between: frames.between };
  }
}

function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const cuts = [0, ...[...offsets].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

const oracle = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8")),
  (text) => Buffer.from(text, "utf8"),
);

const name = fc.string({ minLength: 1, maxLength: 20 });
const header = fc.oneof(
  fc.boolean().map((value) => ({ type: "boolean", value }) as const),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ type: "byte", value }) as const),
  fc.integer({ min: -32768, max: 32767 }).map((value) => ({ type: "short", value }) as const),
  fc.integer().map((value) => ({ type: "integer", value }) as const),
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ type: "binary", value }) as const),
  fc.string({ maxLength: 40, unit: "grapheme" }).map((value) => ({ type: "string", value }) as const),
  fc.date({ noInvalidDate: true }).map((value) => ({ type: "timestamp", value }) as const),
  fc.uuid().map((value) => ({ type: "uuid", value }) as const),
);
const message = fc.record({ headers: fc.dictionary(name, header, { maxKeys: 5 }), body: fc.uint8Array({ maxLength: 300 }) });

describe("an event stream", () => {
  it("is read as AWS's own codec wrote it, wherever it is cut", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((one) => oracle.encode(one)));
        const offsets = cuts.map((cut) => cut % (bytes.length + 1));
        const expected = messages.map(({ headers, body }) => ({
          headers: Object.fromEntries(
            Object.entries(headers).map(([key, { value }]) => [key, value instanceof Uint8Array ? Buffer.from(value) : value]),
          ),
          payload: Buffer.from(body).toString("latin1"),
        }));
        expect(read(cutAt(bytes, offsets))).toEqual({ messages: expected, error: undefined, between: true });
      }),
      { numRuns: casesOf(2000) },
    );
  });

  it("is read the same byte by byte", () => {
    const bytes = Buffer.concat(["a", "", "x".repeat(700)].map((text) => eventStreamMessage({ ":event-type": "e" }, text)));
    const whole = read([bytes]);
    expect(whole.messages.map(({ payload }) => payload.length)).toEqual([1, 0, 700]);
    expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
    for (let at = 0; at <= bytes.length; at++) expect(read(cutAt(bytes, [at]))).toEqual(whole);
  });

  it("gives nothing else than AWS's own codec, whatever comes", () => {
    const valid = Buffer.concat([oracle.encode({ headers: { a: { type: "integer", value: 7 } }, body: Buffer.from("payload") })]);
    fc.assert(
      fc.property(fc.nat({ max: valid.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(valid);
        bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
        expect(() => oracle.decode(bytes)).toThrow();
        expect(read([bytes])).toMatchObject({ messages: [], error: "the upstream's event stream is damaged" });
      }),
      { numRuns: casesOf(2000) },
    );
  });

  it("fails typed on any bytes, also with right checksums", () => {
    const framed = fc
      .tuple(fc.nat({ max: 80 }), fc.uint8Array({ maxLength: 80 }))
      .map(([headerLength, rest]) => eventStreamMessage(headerLength, Buffer.from(rest)));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          framed,
        ),
        (bytes) => {
          read([bytes]);
        },
      ),
      { numRuns: casesOf(10_000) },
    );
  });

  it.each([
    ["a message of more than 4 MiB", 4 * 1024 * 1024 + 1, 0, "the upstream sent an event of more than 4 MiB"],
    ["headers of more than 128 KiB", 1024 * 1024, 128 * 1024 + 1, "the upstream's event stream is damaged"],
    ["headers longer than the message", 40, 25, "the upstream's event stream is damaged"],
    ["a message shorter than its frame", 15, 0, "the upstream's event stream is damaged"],
  ])("refuses %s as soon as its prelude is there", (_what, length, headers, error) => {
    const prelude = Buffer.alloc(12);
    prelude.writeUInt32BE(length, 0);
    prelude.writeUInt32BE(headers, 4);
    prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
    expect(read([prelude])).toMatchObject({ messages: [], error });
  });

  it("takes a message of 4 MiB in reads of any size in linear time", () => {
    const bytes = eventStreamMessage({ ":event-type": "e" }, Buffer.alloc(4 * 1024 * 1024 - 40, "x"));
    const reads = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, i) => bytes.subarray(i * 100, (i + 1) * 100));
    expect(read(reads).messages).toHaveLength(1);
  });
});
