import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { FrameShape, StreamEvent, WireFrame } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";

/** Latin-1 text whose characters are the bytes of UTF-8, as the characters they stand for. */
export function utf8Of(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), "latin1").toString("utf8");
}

/** An event that is still the upstream's own JSON: its own frame, decoded when somebody reads it. */
export class WireEvent implements StreamEvent, WireFrame {
  readonly kind: "chunk" | "completion";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly shape: FrameShape;
  readonly usageShift: number;
  readonly #requestedModel: string;
  #chunk: Immutable<ChatCompletionChunk> | undefined;

  constructor(
    kind: "chunk" | "completion",
    text: string,
    start: number,
    end: number,
    shape: FrameShape,
    usageShift: number,
    requestedModel: string,
  ) {
    this.kind = kind;
    this.text = text;
    this.start = start;
    this.end = end;
    this.shape = shape;
    this.usageShift = usageShift;
    this.#requestedModel = requestedModel;
  }

  get protocol() {
    return "openai" as const;
  }

  get wire(): WireFrame {
    return this;
  }

  chunk(): Immutable<ChatCompletionChunk> {
    this.#chunk ??= this.#decode();
    return this.#chunk;
  }

  #decode(): Immutable<ChatCompletionChunk> {
    const json = utf8Of(this.text, this.start, this.end);
    const model = this.#requestedModel;
    if (this.kind === "chunk") return decodeChunk(json, { model });
    const [chunk] = unfold(decodeResponse(json, { model }));
    return chunk as ChatCompletionChunk; // unfold gives one
  }
}
