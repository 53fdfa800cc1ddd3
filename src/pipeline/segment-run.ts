import { GatewayError } from "../chat/error.ts";
import { isPromise } from "../chat/maybe-promise.ts";
import type { CallContext } from "./call-context.ts";
import type { Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";

/**
 * One pass of a call, or of an attempt, through one segment: remembers who was entered and lets them out once, after those of every
 * run inside it.
 */
export class SegmentRun {
  readonly #ctx: CallContext;
  readonly #outer: SegmentRun | undefined;
  readonly #inner: SegmentRun[] = [];
  readonly #entered: Middleware[] = [];
  #beforeLeaving: (() => void) | undefined;
  #error: GatewayError | undefined;
  #finished: Promise<void> | undefined;

  /** `outer`: the run that this one is inside of; undefined: it is the call's outermost. */
  constructor(ctx: CallContext, outer: SegmentRun | undefined) {
    this.#ctx = ctx;
    this.#outer = outer;
    if (outer === undefined) ctx.run = this;
    else outer.#inner.push(this);
  }

  /**
   * Notes that a middleware's `beforeLlm` begins.
   * @throws GatewayError what the call, or the attempt, has ended with: who came in now would not be let out.
   */
  enter(middleware: Middleware): void {
    for (let run: SegmentRun | undefined = this; run !== undefined; run = run.#outer)
      if (run.#error !== undefined) throw run.#error;
    this.#entered.push(middleware);
  }

  /** Calls back once, before the first `afterLlm`. */
  onLeaving(callback: () => void): void {
    this.#beforeLeaving = callback;
  }

  /**
   * Runs `afterLlm` of the entered, innermost first, once: every further call gives the first one's promise. After a good end it
   * rejects with what a hook threw (the others still run); with an error, or once the call is gone, throws are only logged. A run
   * inside that has not finished is an attempt that nobody wants any more.
   */
  finish(error: GatewayError | undefined): Promise<void> {
    this.#finished ??= this.#finish(error);
    return this.#finished;
  }

  async #finish(error: GatewayError | undefined): Promise<void> {
    this.#error = error;
    for (let i = this.#inner.length - 1; i >= 0; i--) {
      await this.#inner[i]?.finish(error ?? unwanted()).catch(() => undefined); // told by its own stream
    }
    this.#beforeLeaving?.();
    const ctx = this.#ctx;
    const outside = ctx.error;
    ctx.error = error ?? outside;
    try {
      await this.#leave(error);
    } finally {
      if (this.#outer !== undefined) ctx.error = outside; // an attempt that failed is not the call that failed
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

function unwanted(): GatewayError {
  return new GatewayError("cancelled", "this attempt's reply is no longer wanted");
}
