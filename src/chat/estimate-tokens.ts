import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import type { CreateEmbeddingRequest } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import type { Immutable } from "./immutable.ts";

/**
 * About how many tokens a text has, where nobody knows: a quarter of its bytes in UTF-8, which is near for English prose and for
 * languages beyond Latin letters alike.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** The usage of an embedding request whose vendor does not tell. Inputs in tokens are counted. */
export function estimateInputTokens({ input, inputTokens }: Immutable<CreateEmbeddingRequest>): Usage {
  let promptTokens = 0;
  for (const text of input) promptTokens += estimateTokens(text);
  for (const { tokens } of inputTokens) promptTokens += tokens.length;
  return create(UsageSchema, { promptTokens, totalTokens: promptTokens, estimated: input.length > 0 });
}
