import type { WireRequest } from "../../chat/chat-request.ts";
import type { ByteSpan } from "../../chat/stream.ts";
import type { UpstreamBody } from "./encode-request.ts";

interface Splice {
  readonly span: ByteSpan;
  readonly text: string;
}

/**
 * A client's body as the upstream gets it: `model` replaced; when streaming, `stream_options.include_usage` set; `metadata` replaced
 * or taken out. Every other byte stays.
 */
export function spliceRequest(wire: WireRequest, body: UpstreamBody): Buffer {
  const bytes = Buffer.from(wire.bytes.buffer, wire.bytes.byteOffset, wire.bytes.byteLength);
  const splices: Splice[] = [{ span: wire.model, text: JSON.stringify(body.model) }];
  let added = "";
  if (body.streamed && body.includeUsage) {
    if (wire.streamOptions === undefined) added = '"stream_options":{"include_usage":true},';
    else
      splices.push({
        span: wire.streamOptions,
        text: withUsage(bytes.toString("utf8", wire.streamOptions.start, wire.streamOptions.end)),
      });
  }
  if (wire.metadataMember !== undefined) splices.push({ span: wire.metadataMember, text: "" });
  if (body.metadata !== undefined) added += `"metadata":${JSON.stringify(body.metadata)},`;
  return splice(bytes, splices, added);
}

function withUsage(streamOptions: string): string {
  const options: unknown = JSON.parse(streamOptions);
  return JSON.stringify({ ...(typeof options === "object" ? options : {}), include_usage: true });
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
    parts.push(bytes.subarray(at, span.start), Buffer.from(text));
    at = span.end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}
