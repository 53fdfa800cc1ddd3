import type { StreamEvent, WireFrame } from "../../chat/stream.ts";
import { encodeChunk } from "../../codec/openai/encode-reply.ts";
import { FrameSplicer } from "../../codec/openai/frame-splicer.ts";

/** What a streaming client asked for. */
export interface StreamWishes {
  /** The model by the name that the client used. */
  readonly model: string;
  /** `stream_options.include_usage`. */
  readonly usage: boolean;
  /** `x-sluice-info: 1`. */
  readonly info: boolean;
}

/**
 * Turns the events of a reply into server-sent events. Usage is told once, by the final chunk, if the client asked for it: wherever
 * else a vendor told it, it is cut.
 */
export class SseEvents {
  readonly #wishes: StreamWishes;
  readonly #splicer: FrameSplicer;
  readonly #usageCutter: FrameSplicer;

  constructor(wishes: StreamWishes) {
    const framing = { model: wishes.model, before: "data: ", after: "\n\n" };
    this.#wishes = wishes;
    this.#splicer = new FrameSplicer({ ...framing, keepUsage: wishes.usage });
    this.#usageCutter = wishes.usage ? new FrameSplicer({ ...framing, keepUsage: false }) : this.#splicer;
  }

  /** A batch as the text to be sent, every byte as one Latin-1 character; empty when there is nothing to tell. */
  render(batch: readonly StreamEvent[]): string {
    let text = "";
    for (const event of batch) {
      text = event.wire === undefined ? text + this.#message(event) : this.#append(text, event.wire);
    }
    return text;
  }

  #append(text: string, frame: WireFrame): string {
    if (!frame.shape.hasUsage) return this.#splicer.append(text, frame);
    return frame.shape.emptyChoices ? text : this.#usageCutter.append(text, frame);
  }

  #message(event: StreamEvent): string {
    const { usage, info } = this.#wishes;
    const isFinal = event.route !== undefined;
    if (isFinal && !info && !usage) return "";
    const chunk = event.chunk();
    if (chunk.choices.length === 0) {
      const tells = isFinal
        ? info || (usage && chunk.usage !== undefined)
        : chunk.usage === undefined && chunk.unknownFieldsJson !== undefined;
      if (!tells) return "";
    }
    const json = encodeChunk(chunk, { sluice: info, usage: usage && (isFinal || chunk.usage === undefined) });
    return `data: ${Buffer.from(json).toString("latin1")}\n\n`;
  }
}
