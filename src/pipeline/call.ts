import { isMessage, type Message } from "@bufbuild/protobuf";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import { CountTokensRequestSchema } from "#gen/sluice/chat/v1/token_service_pb";
import type { IncomingChatRequest } from "../chat/chat-request.ts";
import { parseMetadata } from "../chat/client-metadata.ts";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import { isPromise } from "../chat/maybe-promise.ts";
import type { Operation } from "../chat/operation.ts";
import type { ObservedCall } from "../chat/ports/call-observer.ts";
import type { Admitted } from "../chat/ports/calls.ts";
import type { ChatStream } from "../chat/stream.ts";
import { logFindings } from "./audit-line.ts";
import { CallContext, type CallEnvironment } from "./call-context.ts";
import { CallStream } from "./call-stream.ts";
import type { Plan } from "./compile.ts";
import type { RequestContext } from "./context.ts";
import type { ChatHandler } from "./middleware.ts";
import { enterAll, runSegment } from "./run-segment.ts";
import { SegmentRun } from "./segment-run.ts";
import { VettedRoute } from "./vetted-route.ts";

/** Answers an operation other than chat. */
export type OperationHandler = (ctx: RequestContext) => Promise<Message>;

/** What a call needs besides its own context. */
export interface CallHandlers {
  readonly chat: ChatHandler;
  readonly operations: Readonly<Partial<Record<Operation, OperationHandler>>>;
}

/** One admitted call, from its first header to `onSettled`. */
export class Call implements Admitted {
  readonly #plan: Plan;
  readonly #handlers: CallHandlers;
  readonly #environment: CallEnvironment;
  readonly #observed: ObservedCall;
  readonly #ctx: CallContext;
  readonly #route: VettedRoute;
  #interrupt: ((error: GatewayError) => void) | undefined;

  constructor(plan: Plan, handlers: CallHandlers, environment: CallEnvironment, observed: ObservedCall) {
    this.#plan = plan;
    this.#handlers = handlers;
    this.#environment = environment;
    this.#observed = observed;
    this.#ctx = new CallContext(environment);
    this.#route = new VettedRoute(this.#ctx, plan.guards);
    this.#ctx.route.guarantee = plan.guarantee;
    const { lease } = this.#ctx;
    lease.onClose((error) => void this.#closed(error));
    const { timeoutMs } = environment.head;
    if (timeoutMs !== undefined) {
      this.#ctx.deadline = environment.head.startedAt + timeoutMs;
      const late = () =>
        lease.close(new GatewayError("deadline_exceeded", `the call took longer than the ${timeoutMs} ms it was given`));
      lease.onClose(environment.clock.after(timeoutMs, late));
    }
  }

  get route(): Immutable<RouteInfo> {
    return this.#route.get();
  }

  async chat(request: IncomingChatRequest): Promise<ChatStream> {
    const ctx = this.#ctx;
    this.#observed.asked(request.model, request.streamed);
    return this.#running(async () => {
      ctx.receive(request);
      ctx.metadata = clientMetadata(ctx.head.headers["x-sluice-metadata"], request.metadata);
      return new CallStream(ctx, await runSegment(this.#plan, 0, ctx, this.#handlers.chat), this.#route, this.#observed);
    });
  }

  async unary(operation: Operation, request: Message): Promise<Message> {
    const handler = this.#handlers.operations[operation];
    if (handler === undefined) throw new GatewayError("not_found", `there is no operation ${operation}`);
    const ctx = this.#ctx;
    return this.#running(async () => {
      const body = this.#receive(request);
      ctx.metadata = clientMetadata(ctx.head.headers["x-sluice-metadata"], body);
      if (ctx.model !== "") this.#observed.asked(ctx.model, false);
      const run = new SegmentRun(ctx, undefined);
      try {
        for (const segment of this.#plan.segments) {
          if ((await enterAll(segment, ctx, run)) === undefined) continue;
          throw new GatewayError("internal", `a middleware answered ${operation} with a chat completion`);
        }
        const reply = await handler(ctx);
        await run.finish(undefined);
        return reply;
      } catch (error) {
        const failure = GatewayError.from(error);
        await run.finish(failure);
        throw failure;
      }
    });
  }

  /** Takes the request of an operation other than chat, and gives what its body says of the client. */
  #receive(message: Message): Readonly<Record<string, string>> {
    if (!isMessage(message, CountTokensRequestSchema)) {
      this.#ctx.message = message;
      return {};
    }
    const { request } = message;
    if (request === undefined) throw new GatewayError("invalid_request", "request: is missing", { param: "request" });
    const { model, metadata } = request;
    this.#ctx.receive({ model, metadata, streamed: false, decode: () => request });
    return metadata;
  }

  close(error?: GatewayError): void {
    if (error !== undefined) this.#ctx.error ??= error;
    this.#ctx.lease.close(error);
  }

  /** Runs one step of the call; the end of the lease (client gone, deadline) ends the wait for it. */
  #running<T>(step: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown) => {
        const failure = GatewayError.from(error);
        this.#ctx.error ??= failure;
        reject(failure);
      };
      this.#interrupt = fail;
      if (this.#ctx.lease.closed) fail(this.#ctx.lease.error ?? new GatewayError("cancelled", "the call is over"));
      else step().then(resolve, fail);
    });
  }

  /** The call is over: whoever was entered and not let out is let out now, then everybody settles. */
  async #closed(error: GatewayError | undefined): Promise<void> {
    const ctx = this.#ctx;
    ctx.error ??= error;
    this.#observed.ended(ctx.usage, ctx.error, ctx.route);
    logFindings(ctx);
    if (error !== undefined) {
      await ctx.letOut(error);
      this.#interrupt?.(error);
    }
    for (const middleware of this.#plan.settled) {
      try {
        const pending = middleware.onSettled?.(ctx);
        if (isPromise(pending)) await pending;
      } catch (thrown) {
        this.#environment.log.warn({ middleware: middleware.name, call_id: ctx.callId, err: thrown }, "onSettled failed");
      }
    }
  }
}

function clientMetadata(
  header: string | readonly string[] | undefined,
  body: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (header === undefined) return body;
  return { ...parseMetadata(typeof header === "string" ? header : header.join(",")), ...body };
}
