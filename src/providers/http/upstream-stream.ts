import { GatewayError } from "../../chat/error.ts";
import type { ChatStream, StreamEvent } from "../../chat/stream.ts";
import type { HttpBody } from "../../transport/http-body.ts";
import type { UpstreamCall } from "../provider.ts";
import { upstreamFailure } from "./upstream-failure.ts";

/** Turns the reads of a streamed reply into events. */
export interface ReplyReader {
  /** Takes the next read. What it throws ends the stream, after the events that came before. */
  push(read: Buffer): void;
  /** The events since it was last asked. */
  take(): readonly StreamEvent[];
  /** Whether the vendor has said that nothing more comes. */
  readonly done: boolean;
  /** Whether the reply is whole. */
  readonly complete: boolean;
}

type Read = IteratorResult<readonly StreamEvent[], undefined>;

/** A streamed reply: what has come since the last batch becomes one. Whatever ends it before it is whole is `upstream_interrupted`. */
export class UpstreamStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #body: HttpBody;
  readonly #call: UpstreamCall;
  readonly #provider: string;
  readonly #reader: ReplyReader;
  #error: unknown;

  constructor(body: HttpBody, call: UpstreamCall, provider: string, reader: ReplyReader) {
    this.#body = body;
    this.#call = call;
    this.#provider = provider;
    this.#reader = reader;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#call.lease.close(reason);
  }

  async next(): Promise<Read> {
    const { lease } = this.#call;
    try {
      for (;;) {
        if (lease.error !== undefined) throw lease.error;
        if (this.#error !== undefined) throw this.#error;
        let read = this.#reader.done ? undefined : await this.#body.next();
        if (read === undefined) return this.#end();
        for (; read !== undefined; read = this.#body.waiting()) this.#take(read);
        const events = this.#reader.take();
        if (events.length > 0) return { done: false, value: events };
      }
    } catch (error) {
      const failure = upstreamFailure(error, this.#provider);
      lease.close(failure);
      throw failure;
    }
  }

  /** What goes wrong after some events of the same read waits until they are out. */
  #take(read: Buffer): void {
    if (this.#reader.done || this.#error !== undefined) return;
    try {
      this.#reader.push(read);
    } catch (error) {
      this.#error = error;
    }
  }

  #end(): Read {
    if (!this.#reader.complete) {
      throw new GatewayError("upstream_interrupted", "the upstream's stream ended before its reply was complete");
    }
    this.#body.discard();
    this.#call.lease.close();
    return { done: true, value: undefined };
  }
}
