import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import { readingReply } from "../failure/malformed-reply.ts";
import type { JsonObject } from "../json/json-object.ts";
import { JsonReader } from "../json/json-reader.ts";
import { chunkJson } from "./chunk-json.ts";
import { responseJson, usage } from "./reply-json.ts";

/** What a reply's `model` says instead of the upstream's own name. */
export interface ReplyOptions {
  readonly model: string;
}

/**
 * One payload of a vendor's stream as a chunk. Missing and null fields are absent, unknown ones kept.
 * @throws GatewayError `upstream_error` when it is not JSON or a field has a wrong type; no upstream text is in its message.
 */
export function decodeChunk(json: string, options: ReplyOptions): ChatCompletionChunk {
  const chunk = readingReply(() => whole(chunkJson, json));
  chunk.model = options.model;
  return chunk;
}

/**
 * A vendor's whole reply.
 * @throws GatewayError `upstream_error`, as {@link decodeChunk}.
 */
export function decodeResponse(json: string, options: ReplyOptions): ChatCompletionResponse {
  const response = readingReply(() => whole(responseJson, json));
  response.model = options.model;
  return response;
}

/**
 * The usage that a text begins with; what comes after it is not looked at.
 * @throws GatewayError `upstream_error`, as {@link decodeChunk}.
 */
export function decodeUsage(json: string): Usage {
  return readingReply(() => usage.read(new JsonReader(json)));
}

function whole<M extends object>(object: JsonObject<M>, json: string): M {
  const reader = new JsonReader(json);
  const message = object.read(reader);
  reader.end();
  return message;
}
