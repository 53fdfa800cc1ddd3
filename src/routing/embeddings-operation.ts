import { isMessage } from "@bufbuild/protobuf";
import { CreateEmbeddingRequestSchema, type CreateEmbeddingResponse } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../chat/error.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { BeginAttempt } from "./attempt.ts";
import { type Routes, resolveTarget } from "./target.ts";

/**
 * Answers the operation `embeddings`: finds the target of a call and asks its provider.
 * @throws GatewayError `model_not_found`; `invalid_request` when the provider has no embeddings.
 */
export function createEmbeddingsHandler(
  routes: Routes,
  beginAttempt: BeginAttempt,
): (ctx: RequestContext) => Promise<CreateEmbeddingResponse> {
  return async (ctx) => {
    const { message: request } = ctx;
    if (!isMessage(request, CreateEmbeddingRequestSchema))
      throw new GatewayError("internal", "the operation embeddings has no such request");
    const target = resolveTarget(routes, ctx.model);
    const { provider } = target;
    if (provider.embed === undefined) {
      const message = `the provider ${provider.name} makes no embeddings`;
      throw new GatewayError("invalid_request", message, { param: "model" });
    }
    const attempt = beginAttempt(ctx, target);
    try {
      const response = await provider.embed({ ...attempt, request });
      if (response.usage !== undefined) ctx.spent(response.usage);
      const { cost } = ctx;
      return cost === undefined ? response : { ...response, cost };
    } catch (error) {
      attempt.lease.close(GatewayError.from(error));
      throw error;
    }
  };
}
