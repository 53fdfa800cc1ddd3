import type {
  ChatCompletionChunk,
  ChunkChoice,
  CustomToolCallDelta,
  Delta,
  FunctionCallDelta,
  ToolCallDelta,
} from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import {
  type AudioReply,
  type ChatCompletionResponse,
  type Choice,
  FinishReason,
  type ResponseMessage,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Logprobs } from "#gen/sluice/chat/v1/logprobs_pb";
import type { CustomToolCall, FunctionCall, ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import { FoldBudget } from "./fold-budget.ts";
import type { Immutable } from "./immutable.ts";
import type { ChatStream } from "./stream.ts";
import { mergeUnknown } from "./unknown-fields.ts";

/** A choice in the making. Tool calls by their index, which may have holes and arrive in any order. */
interface OpenChoice {
  readonly choice: Choice;
  readonly calls: Map<number, ToolCall>;
}

/**
 * Puts a reply together from its chunks, however it was cut. Unknown fields are last-wins; ids and names that a vendor repeats
 * are taken once; usage, cost and route are the last ones seen.
 */
export class Fold {
  readonly #budget: FoldBudget;
  readonly #choices = new Map<number, OpenChoice>();
  readonly #response: ChatCompletionResponse = {
    $typeName: "sluice.chat.v1.ChatCompletionResponse",
    id: "",
    choices: [],
    created: 0,
    model: "",
    metadata: {},
    events: [],
  };

  /** `maxBytes`: how much text is kept at the most, in UTF-16 code units. Default all. */
  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#budget = new FoldBudget(options.maxBytes ?? Number.POSITIVE_INFINITY);
  }

  /** Whether text was left out because there was more than `maxBytes`. */
  get truncated(): boolean {
    return this.#budget.spent;
  }

  /** Takes the next chunk. */
  add(immutable: Immutable<ChatCompletionChunk>): void {
    const chunk = immutable as ChatCompletionChunk; // read, never written
    const response = this.#response;
    if (response.id === "") response.id = chunk.id;
    if (response.created === 0) response.created = chunk.created;
    if (chunk.model !== "") response.model = chunk.model;
    if (chunk.serviceTier !== undefined) response.serviceTier = chunk.serviceTier;
    if (chunk.systemFingerprint !== undefined) response.systemFingerprint = chunk.systemFingerprint;
    if (chunk.usage !== undefined) response.usage = chunk.usage;
    if (chunk.moderationJson !== undefined) response.moderationJson = chunk.moderationJson;
    if (chunk.cost !== undefined) response.cost = chunk.cost;
    if (chunk.route !== undefined) response.route = chunk.route;
    if (Object.keys(chunk.metadata).length > 0) response.metadata = chunk.metadata;
    for (const event of chunk.events) response.events.push(event);
    mergeUnknown(response, chunk);
    for (const choice of chunk.choices) this.#addChoice(choice);
  }

  /** The reply so far. Its messages are the fold's own until the last `add`. */
  response(): ChatCompletionResponse {
    const choices = [...this.#choices.values()].map(closed).sort((a, b) => a.index - b.index);
    return { ...this.#response, choices };
  }

  #addChoice(piece: ChunkChoice): void {
    let open = this.#choices.get(piece.index);
    if (open === undefined) {
      const { index } = piece;
      open = {
        choice: { $typeName: "sluice.chat.v1.Choice", index, finishReason: FinishReason.UNSPECIFIED },
        calls: new Map(),
      };
      this.#choices.set(index, open);
    }
    const { choice } = open;
    if (piece.finishReason !== FinishReason.UNSPECIFIED) choice.finishReason = piece.finishReason;
    if (piece.finishReasonRaw !== undefined) choice.finishReasonRaw = piece.finishReasonRaw;
    if (piece.logprobs !== undefined) choice.logprobs = addLogprobs(choice.logprobs, piece.logprobs);
    mergeUnknown(choice, piece);
    if (piece.delta !== undefined) {
      choice.message ??= {
        $typeName: "sluice.chat.v1.ResponseMessage",
        role: Role.UNSPECIFIED,
        toolCalls: [],
        annotations: [],
        reasoningBlocks: [],
      };
      this.#addDelta(choice.message, open.calls, piece.delta);
    }
  }

  #addDelta(message: ResponseMessage, calls: Map<number, ToolCall>, delta: Delta): void {
    if (delta.role !== Role.UNSPECIFIED) message.role = delta.role;
    const budget = this.#budget;
    if (delta.content !== undefined) message.content = (message.content ?? "") + budget.take(delta.content);
    if (delta.reasoning !== undefined) message.reasoning = (message.reasoning ?? "") + budget.take(delta.reasoning);
    if (delta.refusal !== undefined) message.refusal = (message.refusal ?? "") + budget.take(delta.refusal);
    if (delta.reasoningField !== undefined) message.reasoningField = delta.reasoningField;
    for (const block of delta.reasoningBlocks) message.reasoningBlocks.push(block);
    for (const annotation of delta.annotations) message.annotations.push(annotation);
    for (const call of delta.toolCalls) this.#addToolCall(calls, call);
    if (delta.functionCall !== undefined) message.functionCall = this.#addFunction(message.functionCall, delta.functionCall);
    if (delta.audio !== undefined) message.audio = this.#addAudio(message.audio, delta.audio);
    mergeUnknown(message, delta);
  }

  #addToolCall(calls: Map<number, ToolCall>, piece: ToolCallDelta): void {
    let call = calls.get(piece.index);
    if (call === undefined) {
      call = { $typeName: "sluice.chat.v1.ToolCall", id: "" };
      calls.set(piece.index, call);
    }
    if (call.id === "" && piece.id !== undefined) call.id = piece.id;
    if (piece.signature !== undefined) call.signature = piece.signature;
    if (call.type === undefined && piece.type !== undefined) call.type = piece.type;
    if (piece.function !== undefined) call.function = this.#addFunction(call.function, piece.function);
    if (piece.custom !== undefined) call.custom = this.#addCustom(call.custom, piece.custom);
    mergeUnknown(call, piece);
  }

  #addFunction(call: FunctionCall | undefined, piece: FunctionCallDelta): FunctionCall {
    const sum = call ?? { $typeName: "sluice.chat.v1.FunctionCall", name: "", arguments: "" };
    if (sum.name === "") sum.name = piece.name ?? "";
    sum.arguments += this.#budget.take(piece.arguments ?? "");
    mergeUnknown(sum, piece);
    return sum;
  }

  #addCustom(call: CustomToolCall | undefined, piece: CustomToolCallDelta): CustomToolCall {
    const sum = call ?? { $typeName: "sluice.chat.v1.CustomToolCall", name: "", input: "" };
    if (sum.name === "") sum.name = piece.name ?? "";
    sum.input += this.#budget.take(piece.input ?? "");
    mergeUnknown(sum, piece);
    return sum;
  }

  #addAudio(audio: AudioReply | undefined, piece: AudioReply): AudioReply {
    const sum = audio ?? { $typeName: "sluice.chat.v1.AudioReply" };
    if (piece.id !== undefined) sum.id = piece.id;
    if (piece.expiresAt !== undefined) sum.expiresAt = piece.expiresAt;
    if (piece.data !== undefined) sum.data = (sum.data ?? "") + this.#budget.take(piece.data);
    if (piece.transcript !== undefined) sum.transcript = (sum.transcript ?? "") + this.#budget.take(piece.transcript);
    mergeUnknown(sum, piece);
    return sum;
  }
}

function closed({ choice, calls }: OpenChoice): Choice {
  if (choice.message === undefined || calls.size === 0) return choice;
  const toolCalls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  return { ...choice, message: { ...choice.message, toolCalls } };
}

function addLogprobs(sum: Logprobs | undefined, piece: Logprobs): Logprobs {
  const total = sum ?? { $typeName: "sluice.chat.v1.Logprobs", content: [], refusal: [] };
  for (const token of piece.content) total.content.push(token);
  for (const token of piece.refusal) total.refusal.push(token);
  mergeUnknown(total, piece);
  return total;
}

/**
 * Reads a stream to its end and gives the whole reply.
 * @throws GatewayError what the stream failed with.
 */
export async function foldStream(stream: ChatStream): Promise<ChatCompletionResponse> {
  const fold = new Fold();
  for await (const batch of stream) for (const event of batch) fold.add(event.chunk());
  return fold.response();
}
