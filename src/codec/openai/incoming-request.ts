import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { IncomingChatRequest, WireRequest } from "../../chat/chat-request.ts";
import type { ByteSpan } from "../../chat/stream.ts";
import { validateRequest } from "../../chat/validate-request.ts";
import { map, text } from "../json/json-object.ts";
import { JsonReader } from "../json/json-reader.ts";
import { decodeRequest, readingRequest } from "./decode-request.ts";
import { type ScannedRequest, scanRequest } from "./scan-request.ts";

/** A chat request of OpenAI's API. */
export interface IncomingOpenAiRequest extends IncomingChatRequest {
  /** Whether the client wants the usage of a stream: `stream_options.include_usage`. */
  readonly wantsUsage: boolean;
}

/**
 * A request body as the pipeline takes it: scanned now, decoded and validated when somebody reads it.
 * @throws GatewayError `invalid_request`.
 */
export function incomingRequest(bytes: Uint8Array): IncomingOpenAiRequest {
  const scan = scanRequest(bytes);
  let decoded: ChatCompletionRequest | undefined;
  return {
    model: scan.model,
    streamed: scan.streamed,
    wantsUsage: scan.wantsUsage,
    metadata: metadataOf(bytes, scan.metadata),
    wire: scan.hasOwnMembers ? undefined : wireOf(bytes, scan),
    decode() {
      decoded ??= validateRequest(decodeRequest(bytes));
      return decoded;
    },
  };
}

function wireOf(bytes: Uint8Array, scan: ScannedRequest): WireRequest {
  return {
    protocol: "openai",
    bytes,
    keys: scan.keys,
    watched: scan.watched,
    model: scan.modelSpan,
    streamOptions: scan.streamOptions,
    streamOptionsMember: scan.streamOptionsMember,
    metadataMember: scan.metadataMember,
  };
}

function textOf(bytes: Uint8Array, span: ByteSpan): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", span.start, span.end);
}

function metadataOf(bytes: Uint8Array, span: ByteSpan | undefined): Readonly<Record<string, string>> {
  if (span === undefined || textOf(bytes, span) === "null") return {};
  return readingRequest(() => {
    const reader = new JsonReader(`{"metadata":${textOf(bytes, span)}}`);
    let metadata: Record<string, string> = {};
    reader.object(() => {
      metadata = map(text).read(reader);
    });
    return metadata;
  });
}
