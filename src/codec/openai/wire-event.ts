import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { StreamEvent, WireFrame } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import { decodeChunk, decodeResponse, decodeUsage } from "./decode-reply.ts";
import type { ScannedReply } from "./scan-chunk.ts";
import { utf8Of } from "./utf8-of.ts";

/** An event that is still the upstream's own JSON: its own frame, decoded when somebody reads it. */
export class WireEvent implements StreamEvent, WireFrame {
  readonly kind: "chunk" | "completion";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly shape: ScannedReply;
  readonly usageShift: number;
  readonly #requestedModel: string;
  #chunk: Immutable<ChatCompletionChunk> | undefined;

  constructor(
    kind: "chunk" | "completion",
    text: string,
    start: number,
    end: number,
    shape: ScannedReply,
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

  usage(): Immutable<Usage> | undefined {
    const { hasUsage, usageStart, usageEnd } = this.shape;
    if (!hasUsage) return undefined;
    const from = this.start + this.usageShift;
    const colon = this.text.indexOf(":", from + usageStart); // there is none in the key
    return decodeUsage(utf8Of(this.text, colon + 1, from + usageEnd));
  }

  #decode(): Immutable<ChatCompletionChunk> {
    const model = this.#requestedModel;
    const { template } = this.shape;
    if (template !== undefined) return template.decode(this.text, this.start, this.end, { model });
    const json = utf8Of(this.text, this.start, this.end);
    if (this.kind === "chunk") return decodeChunk(json, { model });
    const [chunk] = unfold(decodeResponse(json, { model }));
    return chunk as ChatCompletionChunk; // unfold gives one
  }
}
