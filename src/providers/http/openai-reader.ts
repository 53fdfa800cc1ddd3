import { eventOf, type StreamEvent } from "../../chat/stream.ts";
import { ChunkScanner } from "../../codec/openai/chunk-scanner.ts";
import { decodeStreamError } from "../../codec/openai/decode-error.ts";
import type { ScannedReply } from "../../codec/openai/scan-chunk.ts";
import { utf8Of } from "../../codec/openai/utf8-of.ts";
import { WireEvent } from "../../codec/openai/wire-event.ts";
import { SseFrames } from "../../transport/sse-frames.ts";
import type { UpstreamCall } from "../provider.ts";
import { noteUpstreamModel } from "./note-upstream-model.ts";
import type { ReplyReader } from "./upstream-stream.ts";

/** Reads a streamed reply in OpenAI's format. It is whole when every choice that began has a finish reason. */
export class OpenAiReader implements ReplyReader {
  readonly #call: UpstreamCall;
  readonly #provider: string;
  readonly #frames: SseFrames;
  readonly #scanner = new ChunkScanner();
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  #events: StreamEvent[] = [];
  #scan: ScannedReply | undefined;
  #hasModel = false;
  #done = false;

  constructor(call: UpstreamCall, provider: string) {
    this.#call = call;
    this.#provider = provider;
    this.#frames = new SseFrames((text, start, end, joined) => this.#event(text, start, end, joined));
  }

  get done(): boolean {
    return this.#done;
  }

  get complete(): boolean {
    return this.#begun.size > 0 && this.#begun.isSubsetOf(this.#finished);
  }

  push(read: Buffer): void {
    this.#frames.push(read);
  }

  take(): readonly StreamEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
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
    this.#events.push(forwardsWire && !joined && !scan.hasParts ? event : eventOf(event.chunk()));
  }

  /** Takes note of what a chunk of a new shape says of the reply. */
  #note(scan: ScannedReply, text: string, start: number, end: number): void {
    if (scan.isError) throw decodeStreamError(utf8Of(text, start, end), this.#provider);
    this.#hasModel ||= noteUpstreamModel(this.#call.notes, scan, text, start);
    for (const index of scan.choices) this.#begun.add(index);
    for (const index of scan.finished) this.#finished.add(index);
    this.#scan = scan;
  }
}
