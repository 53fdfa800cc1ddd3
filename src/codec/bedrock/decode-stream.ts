import type { ChatCompletionChunk, Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { ChunkDecoder, DecodeOptions } from "../chat-codec.ts";
import { replyFault } from "../failure/malformed-reply.ts";
import { JsonReader } from "../json/json-reader.ts";
import { decodeStreamError } from "./decode-error.ts";
import { ReplyNotes } from "./reply-notes.ts";
import { ReplyState } from "./reply-state.ts";
import { finishReasonOf } from "./stop-reason.ts";

/** What is looked at in the event of a block; anything may be anything. */
interface BlockEvent {
  readonly contentBlockIndex?: unknown;
  readonly start?: {
    readonly toolUse?: { readonly toolUseId?: unknown; readonly name?: unknown; readonly type?: unknown } | null;
  } | null;
  readonly delta?: {
    readonly text?: unknown;
    readonly toolUse?: { readonly input?: unknown } | null;
    readonly reasoningContent?: {
      readonly text?: unknown;
      readonly signature?: unknown;
      readonly redactedContent?: unknown;
    } | null;
  } | null;
}

/**
 * Decodes a ConverseStream reply (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html) event by
 * event. An event's type comes from its message's headers, that of an exception behind `exception:`. Events of types that are not known
 * are passed over.
 */
export class BedrockStream implements ChunkDecoder {
  readonly #options: DecodeOptions;
  readonly #state = new ReplyState();
  #complete = false;
  #upstreamModel: string | undefined;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  get complete(): boolean {
    return this.#complete;
  }

  get upstreamModel(): string | undefined {
    return this.#upstreamModel;
  }

  next(data: string, type = ""): ChatCompletionChunk | undefined {
    try {
      switch (type) {
        case "contentBlockDelta":
          return this.#blockDelta(data);
        case "messageStart":
          return this.#chunk(this.#state.delta());
        case "contentBlockStart":
          return this.#blockStart(data);
        case "contentBlockStop":
          return this.#blockStop(data);
        case "messageStop":
          return this.#messageStop(data);
        case "metadata":
          return this.#metadata(data);
      }
    } catch (error) {
      throw replyFault(error);
    }
    if (type.includes(":")) throw decodeStreamError(data, type, this.#options.provider);
    return undefined;
  }

  #blockStart(data: string): ChatCompletionChunk | undefined {
    const { index, event } = blockEvent(data);
    const use = event.start?.toolUse;
    const delta = this.#state.delta();
    if (typeof use === "object" && use !== null && use.type !== "server_tool_use") {
      this.#state.tool(index, textOf(use.toolUseId), textOf(use.name), delta);
    } else if (Object.keys(event.start ?? {}).length > 0) this.#state.other(index, rawEvent(data), delta);
    return this.#chunkOf(delta);
  }

  #blockDelta(data: string): ChatCompletionChunk | undefined {
    const { index, event } = blockEvent(data);
    const state = this.#state;
    const delta = state.delta();
    const { text, toolUse, reasoningContent } = event.delta ?? {};
    if (state.isOther(index)) state.other(index, rawEvent(data), delta);
    else if (typeof text === "string") state.text(index, text, delta);
    else if (typeof toolUse === "object" && toolUse !== null) state.toolInput(index, textOf(toolUse.input), delta);
    else if (typeof reasoningContent === "object" && reasoningContent !== null) {
      const { text: thought, signature, redactedContent } = reasoningContent;
      if (typeof thought === "string") state.reasoning(index, thought, delta);
      if (typeof signature === "string") state.signature(index, signature, delta);
      if (typeof redactedContent === "string") state.redacted(index, redactedContent, delta);
    } else this.#rareDelta(index, data, delta);
    return this.#chunkOf(delta);
  }

  /** A citation, or something that a chat completion has no place for. */
  #rareDelta(index: number, data: string, delta: Delta): void {
    const reader = new JsonReader(data);
    reader.object((key) => {
      if (key !== "delta" || reader.kind() !== "object") reader.skip();
      else
        reader.object((kind) => {
          if (reader.takeNull()) return;
          const json = reader.raw();
          if (kind === "citation") this.#state.citation(index, json, delta);
          else this.#state.other(index, rawEvent(data), delta);
        });
    });
  }

  #blockStop(data: string): ChatCompletionChunk | undefined {
    const delta = this.#state.delta();
    this.#state.end(blockEvent(data).index, delta);
    return this.#chunkOf(delta);
  }

  #messageStop(data: string): ChatCompletionChunk {
    const delta = this.#state.delta();
    this.#state.endAll(delta);
    const notes = new ReplyNotes();
    let stopReason = "";
    const reader = new JsonReader(data);
    reader.object((key, start) => {
      if (key === "stopReason") stopReason = reader.string();
      else notes.read(key, start, reader);
    });
    const chunk = this.#chunk(delta, finishReasonOf(stopReason, this.#state.answered), stopReason);
    this.#complete = true;
    return withNotes(chunk, notes);
  }

  #metadata(data: string): ChatCompletionChunk {
    const notes = new ReplyNotes();
    const reader = new JsonReader(data);
    reader.object((key, start) => notes.read(key, start, reader));
    this.#upstreamModel = notes.upstreamModel ?? this.#upstreamModel;
    return withNotes({ ...this.#chunk(undefined), choices: [] }, notes);
  }

  /** A chunk for a delta that may have nothing to say. */
  #chunkOf(delta: Delta): ChatCompletionChunk | undefined {
    const says =
      delta.content !== undefined ||
      delta.reasoning !== undefined ||
      delta.toolCalls.length > 0 ||
      delta.role !== 0 ||
      delta.annotations.length > 0 ||
      delta.reasoningBlocks.length > 0 ||
      delta.unknownFieldsJson !== undefined;
    return says ? this.#chunk(delta) : undefined;
  }

  #chunk(
    delta: Delta | undefined,
    finishReason: FinishReason = FinishReason.UNSPECIFIED,
    finishReasonRaw?: string,
  ): ChatCompletionChunk {
    const { model, created } = this.#options;
    const raw = finishReasonRaw === undefined ? {} : { finishReasonRaw };
    return {
      $typeName: "sluice.chat.v1.ChatCompletionChunk",
      id: "",
      choices: delta === undefined ? [] : [{ $typeName: "sluice.chat.v1.ChunkChoice", index: 0, delta, finishReason, ...raw }],
      created,
      model,
      metadata: {},
      events: [],
    };
  }
}

/**
 * Parses the event of a block.
 * @throws SyntaxError when it is no JSON object.
 */
function blockEvent(data: string): { readonly index: number; readonly event: BlockEvent } {
  const event: unknown = JSON.parse(data);
  if (typeof event !== "object" || event === null) throw new SyntaxError("not an object");
  const { contentBlockIndex } = event as BlockEvent; // each member is looked at before it is used
  return { index: typeof contentBlockIndex === "number" ? contentBlockIndex : 0, event: event as BlockEvent };
}

/** An event without what pads it, and no deeper than it can be where it is kept: in an array in an object. */
function rawEvent(data: string): string {
  const reader = new JsonReader(`[[${data}]]`);
  let members = "";
  const read = (): void =>
    reader.object((key, start) => {
      reader.skip();
      if (key !== "p") members += `${members === "" ? "" : ","}${reader.since(start)}`;
    });
  reader.array(() => reader.array(read));
  return `{${members}}`;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function withNotes(chunk: ChatCompletionChunk, notes: ReplyNotes): ChatCompletionChunk {
  const { usage, serviceTier, unknownFieldsJson } = notes;
  if (usage !== undefined) chunk.usage = usage;
  if (serviceTier !== undefined) chunk.serviceTier = serviceTier;
  if (unknownFieldsJson !== undefined) chunk.unknownFieldsJson = unknownFieldsJson;
  return chunk;
}
