import { create } from "@bufbuild/protobuf";
import { type CountTokensResponse, CountTokensResponseSchema } from "#gen/sluice/chat/v1/token_service_pb";
import { GatewayError } from "../chat/error.ts";
import type { TokenCounter } from "../chat/ports/token-counter.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { TokenCount } from "../providers/provider.ts";
import type { BeginAttempt } from "./attempt.ts";
import { unserved } from "./router.ts";
import { type ResolvedTarget, type Routes, resolveTarget } from "./target.ts";

/**
 * Answers the operation `countTokens`: asks the provider where it can be asked, and counts here otherwise.
 * @throws GatewayError `model_not_found`, or what the provider fails with.
 */
export function createCountTokensHandler(
  routes: Routes,
  counter: TokenCounter,
  beginAttempt: BeginAttempt,
): (ctx: RequestContext) => Promise<CountTokensResponse> {
  return async (ctx) => {
    const target = resolveTarget(routes, ctx.model);
    const dropped = unserved(ctx.request, target.provider);
    const told = await askProvider(ctx, target, dropped, beginAttempt);
    const { tokens, estimated, method } =
      told === undefined ? await counter.count(ctx.request, target.model) : { ...told, estimated: false };
    return create(CountTokensResponseSchema, { promptTokens: tokens, estimated, method });
  };
}

async function askProvider(
  ctx: RequestContext,
  target: ResolvedTarget,
  dropped: string[],
  beginAttempt: BeginAttempt,
): Promise<TokenCount | undefined> {
  const { provider } = target;
  if (provider.countTokens === undefined) return undefined;
  const attempt = beginAttempt(ctx, target);
  attempt.notes.droppedParams = dropped;
  try {
    return await provider.countTokens({ ...attempt, request: ctx.request });
  } catch (error) {
    attempt.lease.close(GatewayError.from(error));
    throw error;
  } finally {
    attempt.lease.close();
  }
}
