import { GatewayError } from "../chat/error.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../chat/stream.ts";
import { ChunkScanner } from "../codec/openai/chunk-scanner.ts";
import { decodeStreamError } from "../codec/openai/decode-error.ts";
import { decodeChunk } from "../codec/openai/decode-reply.ts";
import { utf8Of, WireEvent } from "../codec/openai/wire-event.ts";
import type { HttpBody } from "../transport/http-body.ts";
import { SseFrames, type SsePayload } from "../transport/sse-frames.ts";
import type { UpstreamCall } from "./provider.ts";

type Read = IteratorResult<readonly StreamEvent[], undefined>;

/**
 * A streamed reply in OpenAI's format: each read of the upstream becomes one batch. It ends well only when every choice that began
 * has a finish reason; whatever else ends it is `upstream_interrupted`.
 */
export class OpenAiStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #body: HttpBody;
  readonly #call: UpstreamCall;
  readonly #provider: string;
  readonly #frames = new SseFrames();
  readonly #scanner = new ChunkScanner();
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  #done = false;
  #error: GatewayError | undefined;

  constructor(body: HttpBody, call: UpstreamCall, provider: string) {
    this.#body = body;
    this.#call = call;
    this.#provider = provider;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#call.lease.close(reason);
  }

  async next(): Promise<Read> {
    const events: StreamEvent[] = [];
    try {
      while (events.length === 0) {
        if (this.#error !== undefined) throw this.#error;
        if (this.#done) return this.#end();
        const read = await this.#body.next();
        if (read === undefined) return this.#end();
        this.#take(read, events);
      }
      return { done: false, value: events };
    } catch (error) {
      const failure = GatewayError.from(error);
      this.#call.lease.close(failure);
      throw failure;
    }
  }

  /** Turns a read into events. What goes wrong after some events of the same read waits until they are out. */
  #take(read: Buffer, events: StreamEvent[]): void {
    try {
      for (const payload of this.#frames.push(read)) {
        if (this.#done) return;
        this.#payload(payload, events);
      }
    } catch (error) {
      this.#error = GatewayError.from(error);
    }
  }

  #payload({ text, start, end }: SsePayload, events: StreamEvent[]): void {
    if (end - start === 6 && text.startsWith("[DONE]", start)) {
      this.#done = true;
      return;
    }
    const { scan, usageShift } = this.#scanner.next(text, start, end);
    if (scan.isError) throw decodeStreamError(utf8Of(text, start, end), this.#provider);
    for (const index of scan.choices) this.#begun.add(index);
    for (const index of scan.finished) this.#finished.add(index);
    const { forwardsWire, requestedModel } = this.#call;
    if (forwardsWire) events.push(new WireEvent("chunk", text, start, end, scan, usageShift, requestedModel));
    else events.push(eventOf(decodeChunk(utf8Of(text, start, end), { model: requestedModel })));
  }

  #end(): Read {
    const complete = this.#begun.size > 0 && this.#finished.size >= this.#begun.size;
    if (!complete) {
      throw new GatewayError("upstream_interrupted", "the upstream's stream ended before its reply was complete", {
        provider: this.#provider,
      });
    }
    this.#body.discard();
    this.#call.lease.close();
    return { done: true, value: undefined };
  }
}
