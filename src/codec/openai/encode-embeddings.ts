import type { CreateEmbeddingResponse } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { embeddingResponseJson } from "./embedding-json.ts";
import { routeMember } from "./encode-reply.ts";

/** An embedding reply as an OpenAI body. `sluice`: with the route under `"sluice"`, which OpenAI does not send. */
export function encodeEmbeddings(
  immutable: Immutable<CreateEmbeddingResponse>,
  options: { readonly base64: boolean; readonly sluice: boolean },
): string {
  const response = immutable as CreateEmbeddingResponse; // read, never written
  const json = options.base64 ? embeddingResponseJson.base64 : embeddingResponseJson.float;
  return `{${json.members(response)}${routeMember(response.route, options.sluice)}}`;
}
