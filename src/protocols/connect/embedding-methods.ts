import { EmbeddingService } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { type Method, unary } from "./method.ts";
import { unaryAnswer } from "./unary-answer.ts";

const { createEmbedding } = EmbeddingService.method;

/** The methods of `sluice.embeddings.v1.EmbeddingService`. */
export const embeddingMethods: readonly Method[] = [
  unary(createEmbedding, "embeddings", async (request, call) => {
    const reply = await unaryAnswer(call, "embeddings", request, createEmbedding.output);
    const told = { ...reply, route: call.admitted.route };
    call.observe(told);
    return told;
  }),
];
