import type { ChatCompletionChunk, ChunkChoice } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import type { ChunkDecoder, DecodedResponse, DecodeOptions } from "../chat-codec.ts";
import { readingReply, replyFault } from "../failure/malformed-reply.ts";
import { JsonReader } from "../json/json-reader.ts";
import { ChoiceDecoder, emptyDelta } from "./choice-decoder.ts";
import { decodeStreamError } from "./decode-error.ts";
import { keptMembers } from "./kept-members.ts";
import { type Candidate, type Reply, replyJson } from "./reply-json.ts";

/** Decodes a reply of streamGenerateContent (`alt=sse`), chunk by chunk, or the one chunk that generateContent's reply is. */
export class ReplyDecoder implements ChunkDecoder {
  readonly #options: DecodeOptions;
  readonly #choices = new Map<number, ChoiceDecoder>();
  #id = "";
  #created: number;
  #blocked = false;
  upstreamModel: string | undefined;

  constructor(options: DecodeOptions) {
    this.#options = options;
    this.#created = options.created;
  }

  /** Every candidate has told why it ended, or the prompt was blocked and there are none. */
  get complete(): boolean {
    for (const choice of this.#choices.values()) if (!choice.finished) return false;
    return this.#choices.size > 0 || this.#blocked;
  }

  next(data: string): ChatCompletionChunk | undefined {
    return this.add(parsed(data));
  }

  /** What a parsed chunk adds. */
  add(reply: Reply): ChatCompletionChunk | undefined {
    if (reply.error !== undefined) throw decodeStreamError(reply.error, this.#options.provider);
    this.#takeHead(reply);
    const choices: ChunkChoice[] = [];
    for (const candidate of reply.candidates) choices.push(this.#choice(candidate));
    const { blockReason } = reply;
    if (blockReason !== undefined && this.#choices.size === 0 && !this.#blocked) {
      choices.push(blockedChoice(blockReason));
      this.#blocked = true;
    }
    const { unknownFieldsJson, promptFeedback } = reply;
    const isPlain = unknownFieldsJson === undefined && promptFeedback === undefined;
    const unknown = isPlain ? undefined : keptMembers(unknownFieldsJson, { promptFeedback });
    if (choices.length === 0 && reply.usage === undefined && unknown === undefined) return undefined;
    const chunk: ChatCompletionChunk = {
      $typeName: "sluice.chat.v1.ChatCompletionChunk",
      id: this.#id,
      choices,
      created: this.#created,
      model: this.#options.model,
      metadata: {},
      events: [],
    };
    if (reply.usage !== undefined) chunk.usage = reply.usage;
    if (unknown !== undefined) chunk.unknownFieldsJson = unknown;
    return chunk;
  }

  #takeHead({ responseId, createTime, modelVersion }: Reply): void {
    if (modelVersion !== undefined && modelVersion !== "") this.upstreamModel ??= modelVersion;
    if (this.#id !== "") return;
    this.#id = responseId || `gemini-${this.#options.created}`;
    const seconds = Math.floor(Date.parse(createTime ?? "") / 1000);
    if (seconds > 0 && seconds <= 0xffffffff) this.#created = seconds;
  }

  #choice(candidate: Candidate): ChunkChoice {
    const { index } = candidate;
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      const prefix = index === 0 ? `call_${this.#id}` : `call_${this.#id}_${index}`;
      choice = new ChoiceDecoder(index, (call) => `${prefix}_${call}`);
      this.#choices.set(index, choice);
    }
    return choice.add(candidate);
  }
}

/** A prompt that was blocked has no candidates: a choice says so in their place. */
function blockedChoice(blockReason: string): ChunkChoice {
  return {
    $typeName: "sluice.chat.v1.ChunkChoice",
    index: 0,
    delta: emptyDelta(Role.ASSISTANT),
    finishReason: FinishReason.CONTENT_FILTER,
    finishReasonRaw: blockReason,
  };
}

/**
 * A reply of generateContent. What streamGenerateContent sends without `alt=sse`, an array of chunks, is taken too.
 * @throws GatewayError `upstream_error` when it is none, or does not say why it ended.
 */
export function decodeResponse(body: string, options: DecodeOptions): DecodedResponse {
  const decoder = new ReplyDecoder(options);
  const fold = new Fold();
  for (const reply of parsedAll(body)) {
    const chunk = decoder.add(reply);
    if (chunk !== undefined) fold.add(chunk);
  }
  const response = fold.response();
  if (!decoder.complete) throw new GatewayError("upstream_error", "the upstream's reply is not complete");
  return { response, upstreamModel: decoder.upstreamModel };
}

const parsedAll = (body: string): readonly Reply[] =>
  readingReply(() => {
    const reader = new JsonReader(body);
    const replies: Reply[] = [];
    if (reader.kind() === "array") reader.array(() => replies.push(replyJson.read(reader)));
    else replies.push(replyJson.read(reader));
    reader.end();
    return replies;
  });

function parsed(data: string): Reply {
  try {
    const reader = new JsonReader(data);
    const reply = replyJson.read(reader);
    reader.end();
    return reply;
  } catch (error) {
    throw replyFault(error);
  }
}
