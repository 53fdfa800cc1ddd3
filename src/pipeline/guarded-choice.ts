import type { ChunkChoice, Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type Annotation, type AudioReply, FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Logprobs } from "#gen/sluice/chat/v1/logprobs_pb";
import type { ReasoningBlock } from "#gen/sluice/chat/v1/reasoning_block_pb";
import type { GuardPanel } from "./guard-panel.ts";
import { GuardedText } from "./guarded-text.ts";
import { GuardedToolCall } from "./guarded-tool-call.ts";
import { TokenQueue } from "./token-queue.ts";
import { vouchedTokens } from "./vouched-tokens.ts";

/** The channels that are plain text, in the order in which models write them. */
const plain = ["reasoning", "content", "refusal"] as const;
type Plain = (typeof plain)[number];

/** How a choice stands. `live`: more may come. `finished`: the upstream ended it. `blocked`: a guard did. `cut`: it broke off. */
export type ChoiceState = "live" | "finished" | "blocked" | "cut";

/**
 * One choice of a reply under guards: takes its pieces and gives rebuilt ones. A block in any of its texts ends it with
 * `content_filter`; what waits then, and what still comes, is dropped.
 */
export class GuardedChoice {
  /** Whether a character, or a tool call, has left. */
  released = false;
  readonly #panel: GuardPanel;
  readonly #index: number;
  readonly #texts = new Map<Plain, GuardedText>();
  readonly #tokens: { readonly content: TokenQueue; readonly refusal: TokenQueue };
  readonly #toolCalls = new Map<number, GuardedToolCall>();
  #functionCall: GuardedToolCall | undefined;
  #transcript: GuardedText | undefined;
  #role: Role = Role.UNSPECIFIED;
  #state: ChoiceState = "live";
  readonly #block = () => {
    this.#state = "blocked";
  };

  constructor(panel: GuardPanel, index: number) {
    this.#panel = panel;
    this.#index = index;
    const dropped = () => panel.dropField("choices.logprobs");
    this.#tokens = { content: new TokenQueue(dropped), refusal: new TokenQueue(dropped) };
  }

  get state(): ChoiceState {
    return this.#state;
  }

  /** Whether more may come. */
  get live(): boolean {
    return this.#state === "live";
  }

  /** Characters that wait. UTF-16 code units. */
  get held(): number {
    let held = 0;
    for (const text of this.#waiting()) held += text.held;
    return held;
  }

  /** Takes the next piece, but for its finish reason, and gives what may leave now, if anything. */
  take(piece: ChunkChoice): ChunkChoice | undefined {
    if (piece.unknownFieldsJson !== undefined) this.#panel.dropField("choices.unknown_fields_json");
    if (this.#state !== "live") return this.#refuse(piece.delta);
    const { delta } = piece;
    if (piece.logprobs !== undefined) this.#takeTokens(piece.logprobs, delta);
    return this.#rebuild(delta === undefined ? newDelta() : this.#takeDelta(delta), FinishReason.UNSPECIFIED);
  }

  /** The upstream ended the choice: decides what waits (`truncated`: drops what is undecided) and gives the choice's end. */
  finish(piece: ChunkChoice, end: "eof" | "truncated"): ChunkChoice | undefined {
    if (this.#state !== "live") return undefined;
    const ending = this.#rebuild(this.#endTexts(end), piece.finishReason);
    if (this.live) this.#state = "finished";
    if (this.state === "finished" && ending !== undefined && piece.finishReasonRaw !== undefined) {
      ending.finishReasonRaw = this.#panel.identifier(piece.finishReasonRaw, "choices.finish_reason_raw", this.#index);
    }
    return ending;
  }

  /** The reply broke off: drops what waits. */
  cut(): void {
    if (this.#state !== "live") return;
    this.#state = "cut";
    this.#drop();
  }

  #takeDelta(delta: Delta): Delta {
    const out = newDelta();
    const panel = this.#panel;
    if (delta.unknownFieldsJson !== undefined) panel.dropField("choices.delta.unknown_fields_json");
    if (this.#role === Role.UNSPECIFIED) {
      this.#role = delta.role;
      out.role = delta.role;
    }
    if (delta.reasoningField !== undefined) {
      out.reasoningField = panel.identifier(delta.reasoningField, "choices.delta.reasoning_field", this.#index);
    }
    for (const channel of plain) {
      const text = delta[channel];
      if (text === undefined || !this.#takes(text)) continue;
      const begins = !this.#texts.has(channel);
      const released = this.#textOf(channel).take(text);
      if (released !== "" || begins) out[channel] = released;
    }
    for (const call of delta.toolCalls) {
      if (!this.#takes(call.function?.arguments ?? call.custom?.input)) continue;
      const piece = this.#toolCall(call.index).take(call);
      if (piece !== undefined) out.toolCalls.push(piece);
    }
    if (delta.functionCall !== undefined && this.#takes(delta.functionCall.arguments)) {
      this.#functionCall ??= new GuardedToolCall(panel, this.#index, 0, this.#block);
      const call = { $typeName: "sluice.chat.v1.ToolCallDelta" as const, index: 0, function: delta.functionCall };
      const piece = this.#functionCall.take(call)?.function;
      if (piece !== undefined) out.functionCall = piece;
    }
    if (delta.audio !== undefined && this.#takes(delta.audio.transcript)) out.audio = this.#takeAudio(delta.audio);
    for (const block of delta.reasoningBlocks) {
      const vouched = this.live ? this.#takeReasoningBlock(block) : undefined;
      if (vouched !== undefined) out.reasoningBlocks.push(vouched);
    }
    for (const note of delta.annotations) {
      const vouched = this.live ? this.#takeAnnotation(note) : undefined;
      if (vouched !== undefined) out.annotations.push(vouched);
    }
    return out;
  }

  #endTexts(end: "eof" | "truncated"): Delta {
    const out = newDelta();
    for (const channel of plain) {
      const released = this.live ? this.#texts.get(channel)?.end(end) : undefined;
      if (released) out[channel] = released;
    }
    for (const [, call] of [...this.#toolCalls].sort(([a], [b]) => a - b)) {
      const piece = this.live ? call.end(end) : undefined;
      if (piece !== undefined) out.toolCalls.push(piece);
    }
    const called = this.live ? this.#functionCall?.end(end)?.function : undefined;
    if (called !== undefined) out.functionCall = called;
    const transcript = this.live ? this.#transcript?.end(end) : undefined;
    if (transcript) out.audio = { $typeName: "sluice.chat.v1.AudioReply", transcript };
    return out;
  }

  /** What leaves of a piece, if anything, with the choice's end where there is one. */
  #rebuild(delta: Delta, finishReason: FinishReason): ChunkChoice | undefined {
    if (this.#state === "blocked") this.#endBlocked(delta);
    const reason = this.#state === "blocked" ? FinishReason.CONTENT_FILTER : finishReason;
    const content = this.#tokens.content.drain();
    const refusal = this.#tokens.refusal.drain();
    const tokens = content.length > 0 || refusal.length > 0;
    if (!tokens && reason === FinishReason.UNSPECIFIED && isEmpty(delta)) return undefined;
    const out: ChunkChoice = { $typeName: "sluice.chat.v1.ChunkChoice", index: this.#index, delta, finishReason: reason };
    if (tokens) out.logprobs = { $typeName: "sluice.chat.v1.Logprobs", content, refusal };
    this.released ||= saysSomething(delta);
    return out;
  }

  #endBlocked(delta: Delta): void {
    this.#drop();
    const { fallbackText } = this.#panel;
    if (fallbackText !== undefined && !this.released && !saysSomething(delta)) delta.content = fallbackText;
  }

  #takeTokens(logprobs: Logprobs, delta: Delta | undefined): void {
    if (logprobs.unknownFieldsJson !== undefined) this.#panel.dropField("choices.logprobs.unknown_fields_json");
    for (const channel of ["content", "refusal"] as const) {
      const tokens = vouchedTokens(logprobs[channel], this.#panel, this.#index);
      this.#tokens[channel].push(tokens, delta?.[channel] ?? "", this.#texts.get(channel)?.length ?? 0);
    }
  }

  #takeAudio(audio: AudioReply): AudioReply {
    const out: AudioReply = { $typeName: "sluice.chat.v1.AudioReply" };
    if (audio.unknownFieldsJson !== undefined) this.#panel.dropField("choices.delta.audio.unknown_fields_json");
    if (audio.data !== undefined) this.#panel.dropField("choices.delta.audio.data");
    if (audio.id !== undefined) out.id = this.#panel.identifier(audio.id, "choices.delta.audio.id", this.#index);
    if (audio.expiresAt !== undefined) out.expiresAt = audio.expiresAt;
    if (audio.transcript !== undefined) {
      this.#transcript ??= this.#panel.field("choices.delta.audio.transcript", this.#index, this.#block);
      out.transcript = this.#transcript.take(audio.transcript);
    }
    return out;
  }

  /** A block whose proof or content cannot be vouched for is no block. */
  #takeReasoningBlock({ length, signature, redactedData, vendor }: ReasoningBlock): ReasoningBlock | undefined {
    const path = "choices.delta.reasoning_blocks";
    const out: ReasoningBlock = { $typeName: "sluice.chat.v1.ReasoningBlock", length };
    if (signature !== undefined) {
      const vouched = this.#panel.opaque(signature, `${path}.signature`, this.#index);
      if (vouched === undefined) return undefined;
      out.signature = vouched;
    }
    if (redactedData !== undefined) {
      const vouched = this.#panel.opaque(redactedData, `${path}.redacted_data`, this.#index);
      if (vouched === undefined) return undefined;
      out.redactedData = vouched;
    }
    if (vendor !== undefined) out.vendor = this.#panel.identifier(vendor, `${path}.vendor`, this.#index);
    return out;
  }

  #takeAnnotation(note: Annotation): Annotation | undefined {
    const path = "choices.delta.annotations";
    const panel = this.#panel;
    if (note.unknownFieldsJson !== undefined) panel.dropField(`${path}.unknown_fields_json`);
    const type = panel.identifier(note.type, `${path}.type`, this.#index);
    const out: Annotation = { $typeName: "sluice.chat.v1.Annotation", type };
    if (note.urlCitation !== undefined) {
      const { startIndex, endIndex, unknownFieldsJson } = note.urlCitation;
      if (unknownFieldsJson !== undefined) panel.dropField(`${path}.url_citation.unknown_fields_json`);
      const url = panel.freeText(note.urlCitation.url, `${path}.url_citation.url`, this.#index, this.#block);
      const title = panel.freeText(note.urlCitation.title, `${path}.url_citation.title`, this.#index, this.#block);
      out.urlCitation = { $typeName: "sluice.chat.v1.UrlCitation", startIndex, endIndex, url, title };
    }
    return this.#state === "live" ? out : undefined;
  }

  /** Whether the choice still takes text; if not, the text counts as withheld. */
  #takes(text: string | undefined): boolean {
    if (this.#state === "live") return true;
    this.#panel.sink.withheld(text?.length ?? 0);
    return false;
  }

  /** A piece for a choice that has ended: all of its text is withheld. */
  #refuse(delta: Delta | undefined): undefined {
    if (delta === undefined) return;
    for (const channel of plain) this.#takes(delta[channel]);
    for (const call of delta.toolCalls) this.#takes(call.function?.arguments ?? call.custom?.input);
    this.#takes(delta.functionCall?.arguments);
    this.#takes(delta.audio?.transcript);
  }

  #drop(): void {
    for (const text of this.#waiting()) text.drop();
  }

  *#waiting(): Iterable<GuardedText | GuardedToolCall> {
    yield* this.#texts.values();
    yield* this.#toolCalls.values();
    if (this.#functionCall !== undefined) yield this.#functionCall;
    if (this.#transcript !== undefined) yield this.#transcript;
  }

  #textOf(channel: Plain): GuardedText {
    let text = this.#texts.get(channel);
    if (text === undefined) {
      text = new GuardedText({
        guards: this.#panel.on(channel),
        key: { channel, choice: this.#index, tool: 0 },
        channel,
        sink: this.#panel.sink,
        onBlock: this.#block,
        ...(channel === "reasoning" ? {} : { tokens: this.#tokens[channel] }),
      });
      this.#texts.set(channel, text);
    }
    return text;
  }

  #toolCall(index: number): GuardedToolCall {
    let call = this.#toolCalls.get(index);
    if (call === undefined) {
      call = new GuardedToolCall(this.#panel, this.#index, index, this.#block);
      this.#toolCalls.set(index, call);
    }
    return call;
  }
}

function newDelta(): Delta {
  return { $typeName: "sluice.chat.v1.Delta", role: Role.UNSPECIFIED, toolCalls: [], annotations: [], reasoningBlocks: [] };
}

function isEmpty(delta: Delta): boolean {
  const { role, content, reasoning, refusal, reasoningField, audio } = delta;
  if (role !== Role.UNSPECIFIED || audio !== undefined || reasoningField !== undefined) return false;
  if (delta.reasoningBlocks.length > 0) return false;
  return content === undefined && reasoning === undefined && refusal === undefined && !saysSomething(delta);
}

function saysSomething(delta: Delta): boolean {
  if (delta.content || delta.reasoning || delta.refusal || delta.audio?.transcript) return true;
  return delta.toolCalls.length > 0 || delta.functionCall !== undefined || delta.annotations.length > 0;
}
