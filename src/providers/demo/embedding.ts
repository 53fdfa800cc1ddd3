import { create } from "@bufbuild/protobuf";
import { type CreateEmbeddingResponse, CreateEmbeddingResponseSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../../chat/error.ts";
import type { EmbeddingCall } from "../provider.ts";
import { hashOf, seededPicks } from "./seeded.ts";
import { tokensOf } from "./tokens.ts";

const defaultDimensions = 256;
const mostDimensions = 4096;
/** Places of a vector that a token adds to. */
const places = 8;

/**
 * Unit vectors, the same for the same input: texts with words in common are nearer to each other than those without. Nothing else of
 * a text's meaning is in them. 256 numbers, or as many as are asked for up to 4096.
 */
export function embed({ request, requestedModel, callId, notes, lease }: EmbeddingCall): CreateEmbeddingResponse {
  const { input, inputTokens, dimensions = defaultDimensions } = request;
  if (dimensions > mostDimensions)
    throw new GatewayError("invalid_request", `at most ${mostDimensions} dimensions can be had`, { param: "dimensions" });
  const words = [
    ...input.map((text) => [...tokensOf(text)].map((token) => token.trim().toLowerCase())),
    ...inputTokens.map(({ tokens }) => tokens.map(String)),
  ];
  const promptTokens = words.reduce((sum, each) => sum + each.length, 0);
  notes.upstreamModel = "embedding";
  notes.upstreamRequestId = `embd-demo-${hashOf(callId).toString(16).padStart(8, "0")}`;
  lease.close();
  return create(CreateEmbeddingResponseSchema, {
    model: requestedModel,
    data: words.map((each, index) => ({ index, embedding: unitVector(each, dimensions) })),
    usage: { promptTokens, totalTokens: promptTokens },
  });
}

/** Every word adds one to, or takes one from, a few places of its own; the sum is made one long. */
function unitVector(words: readonly string[], dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of words.length === 0 ? [""] : words) {
    const pick = seededPicks(hashOf(word));
    for (let i = 0; i < places; i++) {
      const at = pick(dimensions);
      vector[at] = (vector[at] ?? 0) + (pick(2) === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1; // words that cancel each other
  return vector.map((value) => Math.fround(value / (length || 1)));
}
