import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import { type Embedding, EmbeddingSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../chat/error.ts";
import { toFloat32 } from "./embedding-values.ts";

/** A reply's JSON as an object. @throws GatewayError `upstream_error` */
export function replyObject(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new GatewayError("upstream_error", "the upstream's reply is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null) throw new GatewayError("upstream_error", "the upstream's reply is no object");
  return value as Readonly<Record<string, unknown>>; // an object
}

/** Vectors, given as arrays of numbers, of so many inputs in their order. @throws GatewayError `upstream_error` */
export function embeddingsOf(vectors: unknown, inputs: number): Embedding[] {
  if (!Array.isArray(vectors) || vectors.length !== inputs)
    throw new GatewayError("upstream_error", "the upstream's reply has not one vector per input");
  return vectors.map((vector: unknown, index) => {
    const isVector = Array.isArray(vector) && vector.length > 0 && vector.every((value) => typeof value === "number");
    const embedding = isVector ? toFloat32(vector) : undefined;
    if (embedding === undefined) throw new GatewayError("upstream_error", "the upstream's reply has a vector that is none");
    return create(EmbeddingSchema, { index, embedding });
  });
}

/** The usage of so many tokens of input; undefined when that is no count. */
export function inputUsage(tokens: unknown): Usage | undefined {
  const promptTokens = typeof tokens === "string" && tokens !== "" ? Number(tokens) : tokens;
  if (typeof promptTokens !== "number" || !Number.isInteger(promptTokens) || promptTokens < 0 || promptTokens > 0xffffffff)
    return undefined;
  return create(UsageSchema, { promptTokens, totalTokens: promptTokens });
}
