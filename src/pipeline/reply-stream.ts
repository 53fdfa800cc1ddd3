import { GatewayError } from "../chat/error.ts";
import { Fold } from "../chat/fold.ts";
import { isPromise } from "../chat/maybe-promise.ts";
import type { ChatStream, StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";
import type { OutputStage } from "./output-stage.ts";
import type { SegmentRun } from "./segment-run.ts";

/** What one segment does with a reply. */
export interface ReplyStreamOptions {
  readonly ctx: CallContext;
  /** The output stages of the segment, in the order the reply meets them. */
  readonly stages: readonly OutputStage[];
  /** Whom to let out at the end; undefined when the segment was not entered (a short-circuit from outside it). */
  readonly run: SegmentRun | undefined;
  /** Whether `ctx.response` is folded here, and how many characters at the most. */
  readonly foldedBytes: number | undefined;
  /** Whether this is where a reply comes in from outside the pipeline, so that its usage is taken down. */
  readonly innermost: boolean;
}

/**
 * One segment's way out: pulls batches, walks them through the segment's stages in one loop, and at the end lets the middleware
 * out. A stage's throw, a halt and an upstream error end it the same way: inner stream cancelled, undecided text dropped,
 * `afterLlm`, then the throw.
 */
export class ReplyStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #options: ReplyStreamOptions;
  readonly #inner: ChatStream;
  readonly #source: AsyncIterator<readonly StreamEvent[]>;
  readonly #fold: Fold | undefined;
  #over = false;
  #ended = false;

  constructor(inner: ChatStream, options: ReplyStreamOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#source = inner[Symbol.asyncIterator]();
    this.#fold = options.foldedBytes === undefined ? undefined : new Fold({ maxBytes: options.foldedBytes });
    if (this.#fold !== undefined) options.run?.onLeaving(() => this.#giveResponse());
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#inner.cancel(reason);
  }

  async next(): Promise<IteratorResult<readonly StreamEvent[], undefined>> {
    if (this.#ended) return this.#finish();
    try {
      while (!this.#over) {
        const read = await this.#source.next();
        this.#options.ctx.throwIfHalted();
        if (read.done === true) break;
        if (this.#options.innermost) this.#takeUsage(read.value);
        const batch = await this.#throughStages(read.value, 0);
        this.#hangUpWhenOver();
        if (batch.length > 0) return { done: false, value: this.#released(batch) };
      }
      this.#ended = true;
      const tail = await this.#endStages();
      if (tail.length > 0) return { done: false, value: this.#released(tail) };
    } catch (error) {
      return this.#fail(GatewayError.from(error));
    }
    return this.#finish();
  }

  /** The consumer left a `for await` early. */
  async return(): Promise<IteratorResult<readonly StreamEvent[], undefined>> {
    this.cancel(new GatewayError("cancelled", "the reply is no longer wanted"));
    return { done: true, value: undefined };
  }

  /** Walks a batch through the stages from `first` on. Awaits only a stage that returned a promise. */
  async #throughStages(batch: readonly StreamEvent[], first: number): Promise<readonly StreamEvent[]> {
    const { stages } = this.#options;
    let current = batch;
    for (let i = first; i < stages.length && current.length > 0; i++) {
      const out: StreamEvent[] = [];
      const pending = stages[i]?.push(current, out);
      if (isPromise(pending)) await pending;
      current = out;
    }
    return current;
  }

  /** Ends the stages from the inside out; what each still gives passes the ones outside it. */
  async #endStages(): Promise<readonly StreamEvent[]> {
    const { stages } = this.#options;
    const released: StreamEvent[] = [];
    for (let i = 0; i < stages.length; i++) {
      const tail: StreamEvent[] = [];
      const pending = stages[i]?.end("eof", tail);
      if (isPromise(pending)) await pending;
      if (tail.length > 0) released.push(...(await this.#throughStages(tail, i + 1)));
    }
    return released;
  }

  #hangUpWhenOver(): void {
    for (const stage of this.#options.stages) {
      if (stage.over !== true) continue;
      this.#over = true;
      this.#inner.cancel(new GatewayError("guardrail_blocked", "every choice has been blocked"));
    }
  }

  #takeUsage(batch: readonly StreamEvent[]): void {
    for (const event of batch) {
      const usage = event.wire === undefined ? event.chunk().usage : event.wire.usage();
      if (usage !== undefined) this.#options.ctx.ownUsage = usage;
    }
  }

  #released(batch: readonly StreamEvent[]): readonly StreamEvent[] {
    if (this.#fold !== undefined) for (const event of batch) this.#fold.add(event.chunk());
    return batch;
  }

  #giveResponse(): void {
    if (this.#fold === undefined) return;
    this.#options.ctx.response = this.#fold.response();
    this.#options.ctx.responseTruncated = this.#fold.truncated;
  }

  async #finish(): Promise<IteratorReturnResult<undefined>> {
    await this.#options.run?.finish(undefined);
    return { done: true, value: undefined };
  }

  async #fail(error: GatewayError): Promise<never> {
    this.#ended = true;
    this.#inner.cancel(error);
    const dropped: StreamEvent[] = [];
    for (const stage of this.#options.stages) {
      try {
        const pending = stage.end("truncated", dropped);
        if (isPromise(pending)) await pending;
      } catch (thrown) {
        this.#options.ctx.log.warn({ err: thrown }, "an output stage failed while the reply was being cut");
      }
    }
    await this.#options.run?.finish(error);
    throw error;
  }
}
