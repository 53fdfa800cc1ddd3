import { GatewayError } from "../chat/error.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";
import { ChunkScanner } from "../codec/openai/chunk-scanner.ts";
import { decodeStreamError } from "../codec/openai/decode-error.ts";
import type { ScannedReply } from "../codec/openai/scan-chunk.ts";
import { utf8Of } from "../codec/openai/utf8-of.ts";
import { WireEvent } from "../codec/openai/wire-event.ts";
import type { HttpBody } from "../transport/http-body.ts";
import { SseFrames } from "../transport/sse-frames.ts";
import { noteUpstreamModel } from "./note-upstream-model.ts";
import type { UpstreamCall } from "./provider.ts";
import { upstreamFailure } from "./upstream-failure.ts";

type Read = IteratorResult<readonly StreamEvent[], undefined>;

/**
 * A streamed reply in OpenAI's format: what has come since the last batch becomes one. It ends well only when every choice that began
 * has a finish reason; whatever else ends it is `upstream_interrupted`.
 */
export class OpenAiStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #body: HttpBody;
  readonly #call: UpstreamCall;
  readonly #provider: string;
  readonly #frames: SseFrames;
  readonly #scanner = new ChunkScanner();
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  /** What the reads of this batch have given so far. */
  #events: StreamEvent[] = [];
  #scan: ScannedReply | undefined;
  #hasModel = false;
  #done = false;
  #error: unknown;

  constructor(body: HttpBody, call: UpstreamCall, provider: string) {
    this.#body = body;
    this.#call = call;
    this.#provider = provider;
    this.#frames = new SseFrames((text, start, end, joined) => this.#event(text, start, end, joined));
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
        let read = this.#done ? undefined : await this.#body.next();
        if (read === undefined) return this.#end();
        for (; read !== undefined; read = this.#body.waiting()) this.#take(read);
        const events = this.#events;
        if (events.length === 0) continue;
        this.#events = [];
        return { done: false, value: events };
      }
    } catch (error) {
      const failure = upstreamFailure(error, this.#provider);
      lease.close(failure);
      throw failure;
    }
  }

  /** Turns a read into events. What goes wrong after some events of the same read waits until they are out. */
  #take(read: Buffer): void {
    if (this.#done || this.#error !== undefined) return;
    try {
      this.#frames.push(read);
    } catch (error) {
      this.#error = error;
    }
  }

  #event(text: string, start: number, end: number, joined: boolean): void {
    if (this.#done) return;
    if (text.startsWith("[DONE]", start)) {
      this.#done = true;
      return;
    }
    const { scan, usageShift } = this.#scanner.next(text, start, end);
    if (scan !== this.#scan) this.#note(scan, text, start, end);
    const { forwardsWire, requestedModel } = this.#call;
    const event = new WireEvent("chunk", text, start, end, scan, usageShift, requestedModel);
    this.#events.push(forwardsWire && !joined ? event : eventOf(event.chunk()));
  }

  /** Takes note of what a chunk of a new shape says of the reply. */
  #note(scan: ScannedReply, text: string, start: number, end: number): void {
    if (scan.isError) throw decodeStreamError(utf8Of(text, start, end), this.#provider);
    this.#hasModel ||= noteUpstreamModel(this.#call.notes, scan, text, start);
    for (const index of scan.choices) this.#begun.add(index);
    for (const index of scan.finished) this.#finished.add(index);
    this.#scan = scan;
  }

  #end(): Read {
    const complete = this.#begun.size > 0 && this.#begun.isSubsetOf(this.#finished);
    if (!complete) {
      throw new GatewayError("upstream_interrupted", "the upstream's stream ended before its reply was complete");
    }
    this.#body.discard();
    this.#call.lease.close();
    return { done: true, value: undefined };
  }
}
