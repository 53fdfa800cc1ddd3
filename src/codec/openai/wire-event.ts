import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { StreamEvent, WireFrame } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";
import type { ScannedReply } from "./scan-chunk.ts";

/** Latin-1 text whose characters are the bytes of UTF-8, as the characters they stand for. */
export function utf8Of(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), "latin1").toString("utf8");
}

/** An event that is still the upstream's own JSON: its own frame, decoded when somebody reads it. */
export class WireEvent implements StreamEvent, WireFrame {
  readonly protocol = "openai";
  readonly kind: "chunk" | "completion";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly modelStart: number;
  readonly modelEnd: number;
  readonly usageStart: number;
  readonly usageEnd: number;
  readonly hasUsage: boolean;
  readonly emptyChoices: boolean;
  readonly #requestedModel: string;
  #chunk: Immutable<ChatCompletionChunk> | undefined;

  /** `usageShift`: how far `usage` lies from where the scan says. */
  constructor(
    kind: "chunk" | "completion",
    text: string,
    start: number,
    end: number,
    scan: ScannedReply,
    usageShift: number,
    requestedModel: string,
  ) {
    this.kind = kind;
    this.text = text;
    this.start = start;
    this.end = end;
    this.modelStart = scan.modelEnd === 0 ? 0 : start + scan.modelStart;
    this.modelEnd = scan.modelEnd === 0 ? 0 : start + scan.modelEnd;
    this.usageStart = scan.usageEnd === 0 ? 0 : start + scan.usageStart + usageShift;
    this.usageEnd = scan.usageEnd === 0 ? 0 : start + scan.usageEnd + usageShift;
    this.hasUsage = scan.hasUsage;
    this.emptyChoices = scan.emptyChoices;
    this.#requestedModel = requestedModel;
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
