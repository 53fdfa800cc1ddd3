import { isUtf8 } from "node:buffer";
import type { ByteSpan } from "../../chat/stream.ts";
import { readingRequest } from "./decode-request.ts";
import { JsonReader } from "./json-reader.ts";
import { withComma } from "./with-comma.ts";

/** What is known of a request body without decoding it. */
export interface ScannedRequest {
  readonly model: string;
  readonly modelSpan: ByteSpan;
  /** The values of these top-level members; absent: the body has no such member. */
  readonly stream?: ByteSpan;
  readonly streamOptions?: ByteSpan;
  readonly metadata?: ByteSpan;
  /** The member `metadata` with its key and one comma. */
  readonly metadataMember?: ByteSpan;
  /** Whether members of Sluice's own are there, which no vendor may get. */
  readonly hasOwnMembers: boolean;
}

/**
 * Looks through a request body once: well-formed JSON, an object, no deeper than 64, no key twice, `model` a string, `messages` an
 * array with something in it. Offsets are bytes.
 * @throws GatewayError `invalid_request` saying what and where.
 */
export function scanRequest(bytes: Uint8Array): ScannedRequest {
  return readingRequest(() => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const reader = new JsonReader(buffer.toString("latin1"));
    if (!isUtf8(buffer)) reader.fail("the body is not UTF-8");
    const spans = new Map<string, ByteSpan>();
    let model = "";
    let messages = 0;
    let hasOwnMembers = false;
    let metadataMember: ByteSpan | undefined;
    objectOnce(reader, (key, keyStart) => {
      const start = reader.position();
      if (key === "model") {
        reader.string();
        model = JSON.parse(buffer.toString("utf8", start, reader.at)) as string; // a JSON string
      } else if (key === "messages") {
        reader.array((index) => {
          messages = index + 1;
          skipOnce(reader);
        });
      } else skipOnce(reader);
      if (key === "prompt_template" || key === "extensions") hasOwnMembers = true;
      if (key === "metadata") metadataMember = withComma(reader.text, keyStart, reader.at);
      spans.set(key, { start, end: reader.at });
    });
    reader.end();
    return {
      ...check(reader, spans, model, messages),
      hasOwnMembers,
      ...(metadataMember === undefined ? {} : { metadataMember }),
    };
  });
}

function check(reader: JsonReader, spans: ReadonlyMap<string, ByteSpan>, model: string, messages: number) {
  const modelSpan = spans.get("model");
  if (modelSpan === undefined || model === "") reader.failAt("model", "must be a non-empty string");
  if (messages === 0) reader.failAt("messages", "must be an array with at least one message");
  const stream = spans.get("stream");
  const streamOptions = spans.get("stream_options");
  const metadata = spans.get("metadata");
  return {
    model,
    modelSpan: modelSpan ?? { start: 0, end: 0 },
    ...(stream === undefined ? {} : { stream }),
    ...(streamOptions === undefined ? {} : { streamOptions }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Reads an object in which no key may come twice. */
function objectOnce(reader: JsonReader, member: (key: string, keyStart: number) => void): void {
  const seen = new Set<string>();
  reader.object((key, keyStart) => {
    if (seen.has(key)) reader.fail("this key comes twice");
    seen.add(key);
    member(key, keyStart);
  });
}

function skipOnce(reader: JsonReader): void {
  const kind = reader.kind();
  if (kind === "object") objectOnce(reader, () => skipOnce(reader));
  else if (kind === "array") reader.array(() => skipOnce(reader));
  else reader.skip();
}
