import type { WireRequest } from "../../chat/chat-request.ts";
import type { ByteSpan } from "../../chat/stream.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { UpstreamBody } from "./encode-request.ts";

interface Splice {
  readonly span: ByteSpan;
  readonly text: string;
}

/**
 * A client's body as the upstream gets it: `model` replaced; `stream_options` with `include_usage` when that is asked for, left out
 * when the reply is not streamed; `metadata` replaced or left out. Every other byte stays.
 */
export function spliceRequest(wire: WireRequest, body: UpstreamBody): Buffer {
  const bytes = Buffer.from(wire.bytes.buffer, wire.bytes.byteOffset, wire.bytes.byteLength);
  const splices: Splice[] = [{ span: wire.model, text: JSON.stringify(body.model) }];
  let added = "";
  if (!body.streamed) {
    if (wire.streamOptionsMember !== undefined) splices.push({ span: wire.streamOptionsMember, text: "" });
  } else if (body.includeUsage) {
    const { streamOptions } = wire;
    if (streamOptions === undefined) added = '"stream_options":{"include_usage":true},';
    else splices.push({ span: streamOptions, text: withUsage(bytes.toString("utf8", streamOptions.start, streamOptions.end)) });
  }
  if (wire.metadataMember !== undefined) splices.push({ span: wire.metadataMember, text: "" });
  if (body.metadata !== undefined) added += `"metadata":${JSON.stringify(body.metadata)},`;
  return splice(bytes, splices, added);
}

/** Stream options, an object or null, with `include_usage` set and every other member as it was written. */
function withUsage(streamOptions: string): string {
  let others = "";
  if (streamOptions !== "null") {
    const reader = new JsonReader(streamOptions);
    reader.object((key, keyStart) => {
      reader.skip();
      if (key !== "include_usage") others += `,${reader.since(keyStart)}`;
    });
  }
  return `{"include_usage":true${others}}`;
}

/** Copies a JSON object once with spans replaced and members added at its beginning. */
function splice(bytes: Buffer, splices: Splice[], added: string): Buffer {
  splices.sort((a, b) => a.span.start - b.span.start);
  const parts: Buffer[] = [];
  let at = 0;
  if (added !== "") {
    at = bytes.indexOf("{") + 1;
    parts.push(bytes.subarray(0, at), Buffer.from(added));
  }
  for (const { span, text } of splices) {
    parts.push(bytes.subarray(at, span.start));
    if (text !== "") parts.push(Buffer.from(text));
    at = span.end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
