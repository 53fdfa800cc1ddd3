import { toJson } from "@bufbuild/protobuf";
import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { type RouteInfo, RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { chunkJson } from "./chunk-json.ts";
import { responseJson } from "./reply-json.ts";

/** A whole reply as an OpenAI body. `sluice`: with the route under `"sluice"`, which OpenAI does not send. */
export function encodeResponse(immutable: Immutable<ChatCompletionResponse>, options: { readonly sluice: boolean }): string {
  const response = immutable as ChatCompletionResponse; // read, never written
  return `{${responseJson.members(response)}${routeMember(response.route, options.sluice)}}`;
}

const withoutUsage: ReadonlySet<string> = new Set(["usage"]);

/** A chunk as one payload of an OpenAI stream. `usage`: whether the client asked for it; then chunks without have `null`. */
export function encodeChunk(
  immutable: Immutable<ChatCompletionChunk>,
  options: { readonly sluice: boolean; readonly usage: boolean },
): string {
  const chunk = immutable as ChatCompletionChunk; // read, never written
  const members = chunkJson.members(chunk, options.usage ? undefined : withoutUsage);
  return `{${members}${routeMember(chunk.route, options.sluice)}}`;
}

/** The route as a member under `"sluice"`, with a comma before it; empty unless it is wanted. */
export function routeMember(route: RouteInfo | undefined, wanted: boolean): string {
  if (!wanted || route === undefined) return "";
  return `,"sluice":${JSON.stringify(toJson(RouteInfoSchema, route, { useProtoFieldName: true }))}`;
}
