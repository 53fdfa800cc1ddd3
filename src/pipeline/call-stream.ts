import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { ObservedCall } from "../chat/ports/call-observer.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";
import type { CallContext } from "./call-context.ts";
import { FinalEvent } from "./final-event.ts";
import type { VettedRoute } from "./vetted-route.ts";

type Read = IteratorResult<readonly StreamEvent[], undefined>;

/**
 * What a protocol gets: the pipeline's reply, then the final chunk, then the end or the error. The final chunk comes before an
 * error only when something of the reply came before it. A call that ends from outside (client gone, deadline) ends a read that
 * waits at once, whatever it waits for.
 */
export class CallStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #ctx: CallContext;
  readonly #route: VettedRoute;
  readonly #observed: ObservedCall;
  readonly #source: AsyncIterator<readonly StreamEvent[]>;
  #sample: StreamEvent | undefined;
  #error: GatewayError | undefined;
  /** What the call was ended with from outside. */
  #interrupted: GatewayError | undefined;
  #state: "streaming" | "final" | "ended" = "streaming";
  /** Who waits for the current read. Held as it is: a closure made for each read outlives it, and with it the whole batch. */
  #waiting: { resolve(read: Read): void; reject(error: GatewayError): void } | undefined;

  constructor(ctx: CallContext, inner: ChatStream, route: VettedRoute, observed: ObservedCall) {
    this.#ctx = ctx;
    this.#route = route;
    this.#observed = observed;
    this.#source = inner[Symbol.asyncIterator]();
    ctx.lease.onClose((error) => {
      if (error === undefined) return;
      inner.cancel(error);
      void ctx.letOut(error).then(() => {
        this.#interrupted = error;
        this.#fail(error);
      });
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#ctx.lease.close(reason);
  }

  next(): Promise<Read> {
    if (this.#state === "ended") return Promise.resolve({ done: true, value: undefined });
    if (this.#state === "final") return this.#end();
    return new Promise<Read>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#interrupted !== undefined) this.#fail(this.#interrupted);
      else this.#source.next().then(this.#onRead, this.#onError);
    });
  }

  return(): Promise<Read> {
    this.cancel(new GatewayError("cancelled", "the reply is no longer wanted"));
    this.#state = "ended";
    return Promise.resolve({ done: true, value: undefined });
  }

  #deliver(batch: readonly StreamEvent[]): Read {
    const first = batch[0];
    const now = performance.now();
    this.#observed.delivered(now);
    if (this.#sample === undefined) {
      this.#sample = first;
      this.#ctx.firstEventAt = now;
    }
    const { pendingEvents, head } = this.#ctx;
    if (pendingEvents.length === 0 || head.protocol === "rest" || first === undefined) return { done: false, value: batch };
    const chunk = first.chunk();
    const carrier: Immutable<ChatCompletionChunk> = { ...chunk, events: [...chunk.events, ...pendingEvents.splice(0)] };
    return { done: false, value: [eventOf(carrier), ...batch.slice(1)] };
  }

  readonly #onRead = (read: Read): void => {
    if (this.#state !== "streaming") return;
    this.#settle(read.done === true ? this.#final() : this.#deliver(read.value));
  };

  readonly #onError = (error: unknown): void => this.#fail(GatewayError.from(error));

  #settle(read: Read): void {
    this.#waiting?.resolve(read);
    this.#waiting = undefined;
  }

  #final(): Read {
    this.#state = "final";
    return { done: false, value: [new FinalEvent(this.#ctx, this.#route.get(), this.#sample)] };
  }

  #fail(error: GatewayError): void {
    if (this.#waiting === undefined || this.#state !== "streaming") return;
    this.#ctx.error ??= error;
    if (this.#sample === undefined) {
      this.#state = "ended";
      this.#waiting.reject(error);
      this.#waiting = undefined;
    } else {
      this.#error = error;
      this.#settle(this.#final());
    }
  }

  #end(): Promise<Read> {
    this.#state = "ended";
    return this.#error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(this.#error);
  }
}
