import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../../chat/stream.ts";
import { addUsage } from "../../chat/usage.ts";
import type { UpstreamCall } from "../provider.ts";

type Batch = readonly StreamEvent[];
type Read = IteratorResult<Batch, undefined>;

/**
 * Replies of one choice each as one reply: their choices are counted through, their ids are the first one's, their usage is summed and
 * told once, at the end or before the error. A reply is read on when its last batch has been taken.
 */
export class MergedStream implements ChatStream, AsyncIterator<Batch> {
  readonly #call: UpstreamCall;
  readonly #replies: readonly AsyncIterator<Batch>[];
  /** What has come and has not been taken. */
  readonly #arrived: { readonly at: number; readonly read: Read }[] = [];
  #live: number;
  #wake: (() => void) | undefined;
  #begun = false;
  #error: GatewayError | undefined;
  #first: Immutable<ChatCompletionChunk> | undefined;
  #usage: Usage | undefined;

  constructor(call: UpstreamCall, replies: readonly ChatStream[]) {
    this.#call = call;
    this.#replies = replies.map((reply) => reply[Symbol.asyncIterator]());
    this.#live = replies.length;
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#call.lease.close(reason);
  }

  async next(): Promise<Read> {
    const { lease } = this.#call;
    if (!this.#begun) {
      this.#begun = true;
      for (let at = 0; at < this.#replies.length; at++) this.#pull(at);
    }
    for (;;) {
      if (lease.error !== undefined && this.#error === undefined) throw lease.error; // nobody waits for what is left
      const { at, read } = this.#arrived.shift() ?? { at: 0, read: undefined };
      if (read?.done === false) {
        this.#pull(at);
        return { done: false, value: read.value.map((event) => this.#counted(event, at)) };
      }
      if (read !== undefined) this.#live--;
      else if (this.#live === 0 || this.#error !== undefined) return this.#end();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #pull(at: number): void {
    const wake = () => {
      this.#wake?.();
      this.#wake = undefined;
    };
    this.#replies[at]?.next().then(
      (read) => {
        this.#arrived.push({ at, read });
        wake();
      },
      (thrown: unknown) => {
        if (this.#error === undefined && this.#call.lease.error === undefined) {
          this.#error = GatewayError.from(thrown);
          this.#call.lease.close(this.#error); // ends the others
        }
        wake();
      },
    );
  }

  #counted(event: StreamEvent, at: number): StreamEvent {
    const { usage, ...chunk } = event.chunk() as ChatCompletionChunk; // read, never written
    if (usage !== undefined) this.#usage = this.#usage === undefined ? usage : addUsage(this.#usage, usage);
    this.#first ??= chunk;
    const { id, created } = this.#first;
    return eventOf({ ...chunk, id, created, choices: chunk.choices.map((choice) => ({ ...choice, index: at })) });
  }

  /** The usage, once; then the end. */
  #end(): Read {
    const usage = this.#usage;
    this.#usage = undefined;
    if (usage !== undefined && this.#first !== undefined) {
      const { $typeName, id, created, model } = this.#first;
      return { done: false, value: [eventOf({ $typeName, id, created, model, choices: [], usage, metadata: {}, events: [] })] };
    }
    if (this.#error !== undefined) throw this.#error;
    this.#call.lease.close();
    return { done: true, value: undefined };
  }
}
