import { z } from "zod";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { encodeJson } from "../chat/immutable.ts";
import { operations } from "../chat/operation.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";

/** Options of {@link logging}. */
export const loggingOptions = z.strictObject({
  bodies: z.boolean().default(false).describe("Log requests and replies too. They hold what users wrote."),
});

/**
 * One line per call when it is over: who was asked, what came of it, tokens and times. The gateway's own failures and the
 * upstream's are warnings.
 * @example builder.use(logging())
 */
export function logging(options: z.input<typeof loggingOptions> = {}): Middleware {
  const { bodies } = loggingOptions.parse(options);
  return {
    name: "logging",
    operations,
    reads: bodies ? "response" : "usage",
    onSettled(ctx) {
      const fields = { ...lineOf(ctx), ...(bodies ? bodiesOf(ctx) : {}) };
      if ((ctx.error?.row.status ?? 200) >= 500) ctx.log.warn(fields, "call");
      else ctx.log.info(fields, "call");
      return undefined;
    },
  };
}

function lineOf(ctx: RequestContext): object {
  const { error, firstEventAt, head, operation, route, usage } = ctx;
  return {
    call_id: ctx.callId,
    request_id: ctx.requestId,
    operation,
    protocol: head.protocol,
    ...(operation === "models" ? {} : { model: ctx.model }),
    ...(operation === "chat" ? { streamed: ctx.streamed } : {}),
    ...(operation === "models" ? {} : { attempts: route.attempts }),
    ...(route.attempts > 0 ? { provider: route.provider, upstream_model: route.model } : {}),
    outcome: error?.code ?? "ok",
    status: error?.row.status ?? 200,
    ...(usage === undefined
      ? {}
      : { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens, total_tokens: usage.totalTokens }),
    ...(firstEventAt === undefined ? {} : { ttft_ms: milliseconds(firstEventAt - head.startedAt) }),
    duration_ms: milliseconds(performance.now() - head.startedAt),
    ...(error?.code === "internal" ? { err: error.cause } : {}), // what a client must not see, and an operator must
  };
}

function bodiesOf(ctx: RequestContext): object {
  if (ctx.operation !== "chat") return {};
  const { response } = ctx;
  return {
    request: requestOf(ctx),
    ...(response === undefined
      ? {}
      : { response: encodeJson(ChatCompletionResponseSchema, response, { useProtoFieldName: true }) }),
    ...(ctx.responseTruncated ? { response_truncated: true } : {}),
  };
}

/** The request, unless it is not one: reading it throws then. */
function requestOf(ctx: RequestContext): unknown {
  try {
    return encodeJson(ChatCompletionRequestSchema, ctx.request, { useProtoFieldName: true });
  } catch {
    return undefined;
  }
}

/** Rounded to a tenth. */
function milliseconds(value: number): number {
  return Math.round(value * 10) / 10;
}
