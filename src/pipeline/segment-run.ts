import type { GatewayError } from "../chat/error.ts";
import { isPromise } from "../chat/maybe-promise.ts";
import type { CallContext } from "./call-context.ts";
import type { Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";

/** One pass of a call, or of an attempt, through one segment: remembers who was entered and lets them out once. */
export class SegmentRun {
  readonly #ctx: CallContext;
  readonly #entered: Middleware[] = [];
  #finished: Promise<void> | undefined;

  readonly #outermost: boolean;

  constructor(ctx: CallContext, outermost: boolean) {
    this.#ctx = ctx;
    this.#outermost = outermost;
    ctx.runs.push(this);
  }

  /** Notes that a middleware's `beforeLlm` begins. */
  enter(middleware: Middleware): void {
    this.#entered.push(middleware);
  }

  /** Whether `finish` was called. */
  get finished(): boolean {
    return this.#finished !== undefined;
  }

  /**
   * Runs `afterLlm` of the entered, innermost first, once: every further call gives the first one's promise. After a good end it
   * rejects with what a hook threw (the others still run); with an error, or once the call is gone, throws are only logged.
   */
  finish(error: GatewayError | undefined): Promise<void> {
    this.#finished ??= this.#finish(error);
    return this.#finished;
  }

  async #finish(error: GatewayError | undefined): Promise<void> {
    const ctx = this.#ctx;
    const outside = ctx.error;
    ctx.error = error ?? outside;
    try {
      await this.#leave(error);
    } finally {
      if (!this.#outermost) ctx.error = outside; // an attempt that failed is not the call that failed
    }
  }

  async #leave(error: GatewayError | undefined): Promise<void> {
    const ctx = this.#ctx;
    let failure: GatewayError | undefined;
    for (let i = this.#entered.length - 1; i >= 0; i--) {
      const middleware = this.#entered[i];
      if (middleware?.afterLlm === undefined) continue;
      try {
        const pending = middleware.afterLlm(ctx);
        if (isPromise(pending)) await pending;
        if (error === undefined) ctx.throwIfHalted();
      } catch (thrown) {
        const mapped = middlewareFailure(middleware, "afterLlm", thrown, ctx.log);
        if (mapped === undefined) continue;
        if (error === undefined && failure === undefined) {
          failure = mapped;
          ctx.error ??= mapped;
        } else ctx.log.warn({ middleware: middleware.name, err: thrown }, "afterLlm failed after the call had failed");
      }
    }
    if (failure !== undefined) throw failure;
  }
}
