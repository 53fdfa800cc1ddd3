import { create } from "@bufbuild/protobuf";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { type CreateEmbeddingRequest, CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { CallContext } from "./call-context.ts";
import { GuardedRequest } from "./guarded-request.ts";
import type { Middleware } from "./middleware.ts";
import { routeSink } from "./route-sink.ts";

/**
 * Adjacent middleware with `guardRequest` as one step before the model: all see the same request. What goes on is written anew from
 * what they have seen. A block ends the call, or answers it with a fallback text.
 */
export function requestGuardStep(run: readonly Middleware[]): Middleware {
  const fallbackText = run.find((middleware) => middleware.fallbackText !== undefined)?.fallbackText;
  return {
    name: run.map(({ name }) => name).join(", "),
    reads: "nothing",
    onError: run[0]?.onError ?? "fail",
    beforeLlm(context) {
      const ctx = context as CallContext; // there is no other
      const guards = run.flatMap((middleware) => {
        const guard = middleware.guardRequest?.(ctx);
        return guard === undefined ? [] : [{ name: middleware.name, guard }];
      });
      if (guards.length === 0) return undefined;
      const guarded = new GuardedRequest(guards, { ...routeSink(ctx), held() {}, withheld() {} }); // those are the reply's
      const { embeddingRequest } = ctx;
      try {
        if (embeddingRequest === undefined) guarded.look(ChatCompletionRequestSchema, ctx.request, ctx.metadata);
        else guarded.look(CreateEmbeddingRequestSchema, readable(embeddingRequest), ctx.metadata, Role.USER);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== "guardrail_blocked") throw error;
        if (fallbackText !== undefined && ctx.operation === "chat") return fallbackReply(ctx, fallbackText);
        ctx.haltWithError(error); // a throw might be skipped
        return undefined;
      }
      ctx.metadata = guarded.metadata;
      if (embeddingRequest !== undefined) ctx.editEmbedding((draft) => guarded.apply(draft));
      else
        ctx.edit((draft) => {
          for (const key of Object.keys(draft.metadata)) draft.metadata[key] = guarded.metadata[key] ?? "";
          guarded.apply(draft);
        });
      return undefined;
    },
  };
}

/** @throws GatewayError for an embedding request in tokens, which no guard can read. */
function readable(request: Immutable<CreateEmbeddingRequest>): Immutable<CreateEmbeddingRequest> {
  if (request.inputTokens.length === 0) return request;
  const message = "input: the guardrails of this gateway cannot read tokens; send texts";
  throw new GatewayError("unsupported_parameter", message, { param: "input" });
}

function fallbackReply({ callId, model, request }: CallContext, content: string): ChatCompletionResponse {
  return create(ChatCompletionResponseSchema, {
    id: `chatcmpl-${callId}`,
    created: Math.floor(Date.now() / 1000),
    model,
    choices: Array.from({ length: request.n ?? 1 }, (_, index) => ({
      index,
      message: { role: Role.ASSISTANT, content },
      finishReason: FinishReason.CONTENT_FILTER,
    })),
  });
}
