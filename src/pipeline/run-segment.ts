import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { GatewayError } from "../chat/error.ts";
import { isPromise } from "../chat/maybe-promise.ts";
import { type ChatStream, eventOf } from "../chat/stream.ts";
import { streamOf } from "../chat/stream-of.ts";
import { unfold } from "../chat/unfold.ts";
import { CallContext } from "./call-context.ts";
import type { Plan, Segment } from "./compile.ts";
import type { RequestContext } from "./context.ts";
import type { ChatHandler, Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";
import type { OutputStage } from "./output-stage.ts";
import { ReplyStream } from "./reply-stream.ts";
import { SegmentRun } from "./segment-run.ts";

/**
 * Runs a call through the segments from `index` on: `beforeLlm` in order, then the level-3 middleware around the rest, or the
 * handler; the reply comes back through the segment's stages. A response from `beforeLlm` takes the place of everything inside,
 * and passes the stages there too. `outer`: the run of the segment around it.
 */
export async function runSegment(
  plan: Plan,
  index: number,
  ctx: CallContext,
  handler: ChatHandler,
  outer?: SegmentRun,
): Promise<ChatStream> {
  const segment = plan.segments[index];
  if (segment === undefined) return handler(ctx);
  const run = new SegmentRun(ctx, outer);
  try {
    const shortcut = await enterAll(segment, ctx, run);
    let inner: ChatStream;
    if (shortcut !== undefined) inner = throughInner(plan, index, ctx, streamOf([unfold(shortcut).map(eventOf)]));
    else if (segment.around === undefined) inner = await handler(ctx);
    else inner = await runAround(plan, index, ctx, segment.around, handler, run);
    ctx.throwIfHalted();
    return wrap(plan, index, ctx, inner, run);
  } catch (error) {
    const failure = GatewayError.from(error);
    await run.finish(failure);
    throw failure;
  }
}

/**
 * Runs the `beforeLlm` of a segment, in order; gives the response of the first that has one.
 * @throws GatewayError what a middleware throws or halts the call with.
 */
export async function enterAll(segment: Segment, ctx: CallContext, run: SegmentRun): Promise<ChatCompletionResponse | undefined> {
  for (const middleware of segment.entered) {
    run.enter(middleware);
    const response = middleware.beforeLlm === undefined ? undefined : await enter(middleware, ctx);
    ctx.throwIfHalted();
    if (response !== undefined) return response;
  }
  return undefined;
}

async function enter(middleware: Middleware, ctx: CallContext): Promise<ChatCompletionResponse | undefined> {
  try {
    const pending = middleware.beforeLlm?.(ctx);
    return isPromise(pending) ? await pending : pending;
  } catch (error) {
    const failure = middlewareFailure(middleware, "beforeLlm", error, ctx.log);
    if (failure !== undefined) throw failure;
    return undefined;
  }
}

/** Calls a level-3 middleware. Its `next` runs the segments inside it, once per context. */
async function runAround(
  plan: Plan,
  index: number,
  ctx: CallContext,
  middleware: Middleware,
  handler: ChatHandler,
  run: SegmentRun,
): Promise<ChatStream> {
  const used = new Set<RequestContext>();
  const next: ChatHandler = async (attempt) => {
    if (!(attempt instanceof CallContext)) throw new GatewayError("internal", "next takes the context or a fork of it");
    if (used.has(attempt)) {
      throw new GatewayError(
        "internal",
        `middleware ${middleware.name} called next twice with one context: give the further call ctx.fork()`,
      );
    }
    used.add(attempt);
    return runSegment(plan, index + 1, attempt, handler, run);
  };
  const outer = ctx.answerInside;
  ctx.answerInside = (stream) => Promise.resolve(throughInner(plan, index, ctx, stream));
  try {
    return await (middleware.aroundLlm?.(ctx, next) ?? next(ctx));
  } catch (error) {
    const failure = middlewareFailure(middleware, "aroundLlm", error, ctx.log);
    if (failure !== undefined || used.size > 0) throw failure ?? error;
    return next(ctx);
  } finally {
    ctx.answerInside = outer;
  }
}

/** Sends a reply from outside the model through the output stages of every segment inside `index`. */
function throughInner(plan: Plan, index: number, ctx: CallContext, stream: ChatStream): ChatStream {
  let reply = stream;
  for (let i = plan.segments.length - 1; i > index; i--) reply = wrap(plan, i, ctx, reply, undefined);
  return reply;
}

function wrap(plan: Plan, index: number, ctx: CallContext, inner: ChatStream, run: SegmentRun | undefined): ChatStream {
  const segment = plan.segments[index] as Segment; // callers pass an index of the plan
  const stages: OutputStage[] = [];
  for (const make of segment.stages) {
    const stage = make(ctx);
    if (stage !== undefined) stages.push(stage);
  }
  const innermost = index === plan.segments.length - 1;
  const foldedBytes = segment.folds && run !== undefined ? plan.maxFoldedBytes : undefined;
  return new ReplyStream(inner, { ctx, stages, run, foldedBytes, innermost });
}
