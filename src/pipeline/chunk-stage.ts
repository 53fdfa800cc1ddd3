import { eachInOrder, isPromise, type MaybePromise } from "../chat/maybe-promise.ts";
import { eventOf, type StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";
import type { ChunkProcessor, ChunkResult, Middleware } from "./middleware.ts";
import { middlewareFailure } from "./middleware-failure.ts";
import type { OutputStage } from "./output-stage.ts";

/** Level 2: gives every chunk to a middleware's processor. */
export class ChunkStage implements OutputStage {
  readonly #ctx: CallContext;
  readonly #middleware: Middleware;
  readonly #processor: ChunkProcessor;

  constructor(ctx: CallContext, middleware: Middleware, processor: ChunkProcessor) {
    this.#ctx = ctx;
    this.#middleware = middleware;
    this.#processor = processor;
  }

  push(batch: readonly StreamEvent[], out: StreamEvent[]): MaybePromise<void> {
    return eachInOrder(batch, (event) => this.#process(event, out));
  }

  end(kind: "eof" | "truncated", out: StreamEvent[]): MaybePromise<void> {
    if (kind === "truncated" || this.#processor.flush === undefined) return;
    return this.#settle(() => this.#processor.flush?.(), undefined, out);
  }

  #process(event: StreamEvent, out: StreamEvent[]): MaybePromise<void> {
    return this.#settle(() => this.#processor.chunk(event.chunk()), event, out);
  }

  #settle(run: () => MaybePromise<ChunkResult>, event: StreamEvent | undefined, out: StreamEvent[]): MaybePromise<void> {
    try {
      const result = run();
      if (isPromise(result)) {
        return result.then(
          (value) => this.#take(value, event, out),
          (error: unknown) => this.#fail(error, event, out),
        );
      }
      this.#take(result, event, out);
    } catch (error) {
      this.#fail(error, event, out);
    }
  }

  #take(result: ChunkResult, event: StreamEvent | undefined, out: StreamEvent[]): void {
    this.#ctx.throwIfHalted();
    if (result === undefined) {
      if (event !== undefined) out.push(event);
    } else if (result !== null) {
      if (Array.isArray(result)) for (const chunk of result) out.push(eventOf(chunk));
      else out.push(eventOf(result as Exclude<typeof result, readonly unknown[]>)); // isArray does not narrow readonly arrays
    }
  }

  #fail(error: unknown, event: StreamEvent | undefined, out: StreamEvent[]): void {
    this.#ctx.throwIfHalted();
    const failure = middlewareFailure(this.#middleware, "processChunks", error, this.#ctx.log);
    if (failure !== undefined) throw failure;
    if (event !== undefined) out.push(event);
  }
}
