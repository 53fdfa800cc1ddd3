import { create } from "@bufbuild/protobuf";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../chat/error.ts";
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
      try {
        guarded.look(ctx.request, ctx.metadata);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== "guardrail_blocked") throw error;
        if (fallbackText !== undefined) return fallbackReply(ctx, fallbackText);
        ctx.haltWithError(error); // a throw might be skipped
        return undefined;
      }
      ctx.metadata = guarded.metadata;
      ctx.edit((draft) => guarded.apply(draft));
      return undefined;
    },
  };
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
