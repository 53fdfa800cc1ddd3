import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { StreamEvent, WireFrame } from "../../chat/stream.ts";
import { encodeChunk } from "../../codec/openai/encode-reply.ts";
import { type FrameSplices, latin1Json, spliceFrame } from "../../codec/openai/splice-frame.ts";

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
  readonly #splices: FrameSplices;
  readonly #cuttingUsage: FrameSplices;

  constructor(wishes: StreamWishes) {
    const modelJson = latin1Json(wishes.model);
    this.#wishes = wishes;
    this.#splices = { modelJson, keepUsage: wishes.usage };
    this.#cuttingUsage = { modelJson, keepUsage: false };
  }

  /** A batch as the text to be sent, every byte as one Latin-1 character; empty when there is nothing to tell. */
  render(batch: readonly StreamEvent[]): string {
    let text = "";
    for (const event of batch) {
      const payload = event.wire === undefined ? this.#chunk(event.chunk()) : this.#frame(event.wire);
      if (payload !== "") text += `data: ${payload}\n\n`;
    }
    return text;
  }

  #frame(frame: WireFrame): string {
    if (!frame.hasUsage) return spliceFrame(frame, this.#splices);
    return frame.emptyChoices ? "" : spliceFrame(frame, this.#cuttingUsage);
  }

  #chunk(chunk: Immutable<ChatCompletionChunk>): string {
    const { usage, info } = this.#wishes;
    const isFinal = chunk.route !== undefined;
    if (chunk.choices.length === 0) {
      const tells = isFinal
        ? info || (usage && chunk.usage !== undefined)
        : chunk.usage === undefined && chunk.unknownFieldsJson !== undefined;
      if (!tells) return "";
    }
    const json = encodeChunk(chunk, { sluice: info, usage: usage && (isFinal || chunk.usage === undefined) });
    return Buffer.from(json).toString("latin1");
  }
}
