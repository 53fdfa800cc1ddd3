import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { Lease } from "../chat/lease.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";

/** What a scripted model does: chunks in batches, then a good end or an error. */
export interface Script {
  readonly batches: readonly (readonly Immutable<ChatCompletionChunk>[])[];
  /** Thrown after the last batch; default a good end. */
  readonly error?: GatewayError;
}

/** A model's reply by script. Holds a lease as a real upstream does, and ends when the lease does. */
export class ScriptedStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #script: Script;
  readonly #lease: Lease;
  #at = 0;

  constructor(script: Script, lease: Lease) {
    this.#script = script;
    this.#lease = lease;
  }

  /** How often it was read. */
  get reads(): number {
    return this.#at;
  }

  /** Whether the reply's lease has been closed. */
  get closed(): boolean {
    return this.#lease.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#lease.close(reason);
  }

  async next(): Promise<IteratorResult<readonly StreamEvent[], undefined>> {
    if (this.#lease.closed) throw this.#lease.error ?? new GatewayError("internal", "read after the end");
    const batch = this.#script.batches[this.#at++];
    if (batch !== undefined) return { done: false, value: batch.map(eventOf) };
    this.#lease.close(this.#script.error);
    if (this.#script.error !== undefined) throw this.#script.error;
    return { done: true, value: undefined };
  }
}
