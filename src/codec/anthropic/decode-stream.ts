import type { ChatCompletionChunk, ChunkChoice, Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ChunkDecoder, DecodeOptions } from "../chat-codec.ts";
import { malformedReply, replyFault } from "../failure/malformed-reply.ts";
import { vendorBlocks } from "./assistant-blocks.ts";
import { decodeStreamError } from "./decode-error.ts";
import { messageMembers } from "./decode-response.ts";
import { exactMembers, objectOf } from "./exact-members.ts";
import { endingOf } from "./stop-reason.ts";
import { emptyDelta, StreamedBlocks } from "./streamed-blocks.ts";
import { mergeUsage, serviceTierOf, type UsageMembers, usageOf } from "./usage.ts";

/** A decoder for one streamed message (https://platform.claude.com/docs/en/build-with-claude/streaming). */
export const decodeStream = (options: DecodeOptions): ChunkDecoder => new MessageDecoder(options);

/** What an event may have; what it really has is looked at where it is used. */
interface StreamEvent {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly delta?: unknown;
  readonly content_block?: unknown;
  readonly message?: unknown;
}

class MessageDecoder implements ChunkDecoder {
  complete = false;
  upstreamModel: string | undefined;
  readonly #options: DecodeOptions;
  readonly #blocks = new StreamedBlocks();
  readonly #usage: UsageMembers = new Map();
  /** Members of the message that have no field. */
  readonly #unknown = new Map<string, string>();
  #id: string | undefined;
  #ended = false;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  next(data: string): ChatCompletionChunk | undefined {
    try {
      return this.#next(data);
    } catch (error) {
      throw replyFault(error);
    }
  }

  #next(data: string): ChatCompletionChunk | undefined {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) throw malformedReply();
    const event: StreamEvent = value;
    if (event.type === "error") throw decodeStreamError(data, this.#options.provider);
    if (typeof event.type !== "string") throw malformedReply();
    if (this.complete) return undefined;
    if (event.type === "message_start") return this.#id === undefined ? this.#start(data) : undefined; // some proxies repeat it
    if (this.#id === undefined) {
      if (isOwnEvent(event.type)) throw malformedReply();
      return undefined;
    }
    switch (event.type) {
      case "content_block_delta":
        return this.#delta(this.#blocks.delta(event.index, event.delta, data));
      case "content_block_start":
        return this.#delta(this.#blocks.start(event.index, event.content_block, data));
      case "content_block_stop":
        return this.#delta(this.#blocks.stop(event.index));
      case "message_delta":
        return this.#end(exactMembers(data));
      case "message_stop":
        this.complete = true;
        return this.#ended ? undefined : this.#end(new Map());
      default:
        return undefined; // `ping`, and kinds that are still to come
    }
  }

  #start(data: string): ChatCompletionChunk {
    const message = exactMembers(exactMembers(data).get("message") ?? "");
    const text = (name: string): string => {
      const value: unknown = JSON.parse(message.get(name) ?? "null");
      return typeof value === "string" ? value : "";
    };
    this.#id = text("id");
    this.upstreamModel = text("model") || undefined;
    mergeUsage(this.#usage, message.get("usage"));
    this.#keep(message, messageMembers);
    const delta = emptyDelta();
    delta.role = Role.ASSISTANT;
    return this.#chunk(delta);
  }

  #keep(members: ReadonlyMap<string, string>, modelled: ReadonlySet<string>): void {
    for (const [name, json] of members) if (!modelled.has(name) && json !== "null") this.#unknown.set(name, json);
  }

  /** `message_delta`: how the message ends, and the usage so far. */
  #end(event: ReadonlyMap<string, string>): ChatCompletionChunk | undefined {
    mergeUsage(this.#usage, event.get("usage"));
    this.#keep(event, eventMembers);
    const stop = exactMembers(event.get("delta") ?? "{}");
    this.#keep(stop, messageMembers);
    const reason = stop.get("stop_reason") ?? "null";
    if (this.#ended) return this.#withUsage({ ...this.#chunk(emptyDelta()), choices: [] });
    if (reason === "null" && !this.complete) return undefined;
    this.#ended = true;
    const delta = this.#blocks.end();
    const members = { reason, sequence: stop.get("stop_sequence"), details: stop.get("stop_details") };
    const { refusal, ...ending } = endingOf(members, this.#blocks.called);
    if (refusal !== undefined) delta.refusal = refusal;
    const kept = this.#blocks.kept;
    if (kept.length > 0) delta.unknownFieldsJson = `{"${vendorBlocks}":[${kept.join(",")}]}`;
    return this.#withUsage(this.#chunk(delta, ending));
  }

  /** Adds what the whole message is told with. */
  #withUsage(chunk: ChatCompletionChunk): ChatCompletionChunk {
    const usage = usageOf(this.#usage);
    if (usage !== undefined) chunk.usage = usage;
    const serviceTier = serviceTierOf(this.#usage);
    if (serviceTier !== undefined) chunk.serviceTier = serviceTier;
    const unknown = objectOf(this.#unknown);
    if (unknown !== undefined) chunk.unknownFieldsJson = unknown;
    return chunk;
  }

  #delta(delta: Delta | undefined): ChatCompletionChunk | undefined {
    return delta === undefined || this.#ended ? undefined : this.#chunk(delta);
  }

  #chunk(delta: Delta, ending?: Partial<ChunkChoice>): ChatCompletionChunk {
    const choice: ChunkChoice = {
      $typeName: "sluice.chat.v1.ChunkChoice",
      index: 0,
      finishReason: FinishReason.UNSPECIFIED,
      delta,
    };
    if (ending !== undefined) Object.assign(choice, ending);
    return {
      $typeName: "sluice.chat.v1.ChatCompletionChunk",
      id: this.#id ?? "",
      created: this.#options.created,
      model: this.#options.model,
      choices: [choice],
      metadata: {},
      events: [],
    };
  }
}

const eventMembers: ReadonlySet<string> = new Set(["type", "delta", "usage"]);

const isOwnEvent = (type: string): boolean => type.startsWith("content_block_") || type.startsWith("message_");
