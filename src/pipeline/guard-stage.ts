import type { ChatCompletionChunk, ChunkChoice } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "../chat/immutable.ts";
import { eventOf, type StreamEvent } from "../chat/stream.ts";
import { blockedReply, GuardPanel } from "./guard-panel.ts";
import type { GuardSink } from "./guard-sink.ts";
import { GuardedChoice } from "./guarded-choice.ts";
import type { NamedGuard } from "./guarded-text.ts";
import type { OutputStage } from "./output-stage.ts";

/** How a guard stage behaves beside its guards. */
export interface GuardStageOptions {
  /** How many choices the client asked for. Default 1. */
  readonly choices?: number;
  /** What becomes of text that is undecided when a choice ended for its length. Default `drop`. */
  readonly onTruncation?: "drop" | "release";
  /** What a choice says that is blocked before anything of it has left. Default nothing. */
  readonly fallbackText?: string | undefined;
}

/**
 * Holds, releases and rebuilds a reply under exact guards. Every guard sees the same original text; text leaves when all have
 * decided on it. Chunks keep their id, time and model; what no guard can vouch for (unknown fields, audio data, log probabilities
 * of changed text) is left out and named. Nothing leaves before the first character does; a reply of which a guard leaves none
 * fails with `guardrail_blocked`, unless there is a fallback text.
 */
export class GuardStage implements OutputStage {
  readonly #panel: GuardPanel;
  readonly #sink: GuardSink;
  readonly #expected: number;
  readonly #onTruncation: "drop" | "release";
  readonly #choices = new Map<number, GuardedChoice>();
  /** Chunks without a character that came before the first one. */
  readonly #waiting: StreamEvent[] = [];
  #open = false;
  /** Whether the choice that ended last was blocked while its upstream was still writing. */
  #blockedLast = false;
  /** Every choice has ended, the last one by a block. */
  over = false;

  constructor(guards: readonly NamedGuard[], sink: GuardSink, options: GuardStageOptions = {}) {
    this.#panel = new GuardPanel(guards, sink, options.fallbackText);
    this.#sink = sink;
    this.#expected = options.choices ?? 1;
    this.#onTruncation = options.onTruncation ?? "drop";
  }

  /** @throws GatewayError `guardrail_blocked` when nothing of the reply may leave, or an id or a name holds a finding. */
  push(batch: readonly StreamEvent[], out: StreamEvent[]): void {
    for (const event of batch) this.#take(event.chunk() as ChatCompletionChunk, out); // read, never written
    let held = 0;
    for (const choice of this.#choices.values()) held += choice.held;
    this.#sink.held(held);
  }

  /** @throws GatewayError `guardrail_blocked` when nothing of the reply may leave. */
  end(kind: "eof" | "truncated", out: StreamEvent[]): void {
    for (const choice of this.#choices.values()) choice.cut();
    if (kind === "eof") this.#openAtEnd(out);
  }

  #take(chunk: ChatCompletionChunk, out: StreamEvent[]): void {
    const bodies: ChunkChoice[] = [];
    const endings: ChunkChoice[] = [];
    for (const piece of chunk.choices) {
      const choice = this.#choice(piece.index);
      const wasLive = choice.live;
      const body = choice.take(piece);
      if (body !== undefined) bodies.push(body);
      if (wasLive) this.#blockedLast = choice.state === "blocked" && piece.finishReason === FinishReason.UNSPECIFIED;
      if (piece.finishReason === FinishReason.UNSPECIFIED) continue;
      const truncated = piece.finishReason === FinishReason.LENGTH && this.#onTruncation === "drop";
      const ending = choice.finish(piece, truncated ? "truncated" : "eof");
      if (ending !== undefined) endings.push(ending);
    }
    const envelope = this.#envelope(chunk);
    if (bodies.length > 0 && endings.length > 0) this.#emit({ ...envelope, choices: bodies }, out);
    const last: ChatCompletionChunk = { ...envelope, choices: endings.length > 0 ? endings : bodies };
    const saysMore = this.#addStatus(chunk, last);
    if (last.choices.length > 0 || chunk.choices.length === 0 || saysMore) this.#emit(last, out);
    if (this.#live() === 0) this.#allEnded(out);
  }

  #choice(index: number): GuardedChoice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = new GuardedChoice(this.#panel, index);
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #emit(chunk: Immutable<ChatCompletionChunk>, out: StreamEvent[]): void {
    if (!this.#open && this.#some((choice) => choice.released)) this.#letOut(out);
    (this.#open ? out : this.#waiting).push(eventOf(chunk));
  }

  #letOut(out: StreamEvent[]): void {
    this.#open = true;
    for (const event of this.#waiting) out.push(event);
    this.#waiting.length = 0;
  }

  /** How many choices may still say something, also those that have not begun. */
  #live(): number {
    let ended = 0;
    for (const choice of this.#choices.values()) if (!choice.live) ended++;
    return Math.max(this.#expected, this.#choices.size) - ended;
  }

  #allEnded(out: StreamEvent[]): void {
    this.#openAtEnd(out);
    this.over = this.#blockedLast;
  }

  #openAtEnd(out: StreamEvent[]): void {
    if (this.#open) return;
    if (this.#some((choice) => choice.state === "blocked")) throw blockedReply();
    this.#letOut(out);
  }

  #some(test: (choice: GuardedChoice) => boolean): boolean {
    for (const choice of this.#choices.values()) if (test(choice)) return true;
    return false;
  }

  /** What every chunk that is made of this one has in common. */
  #envelope(chunk: ChatCompletionChunk): ChatCompletionChunk {
    const panel = this.#panel;
    const envelope: ChatCompletionChunk = {
      $typeName: "sluice.chat.v1.ChatCompletionChunk",
      id: panel.identifier(chunk.id, "id"),
      choices: [],
      created: chunk.created,
      model: panel.identifier(chunk.model, "model"),
      metadata: {},
      events: [],
    };
    const { serviceTier, systemFingerprint } = chunk;
    if (serviceTier !== undefined) envelope.serviceTier = panel.identifier(serviceTier, "service_tier");
    if (systemFingerprint !== undefined) {
      envelope.systemFingerprint = panel.identifier(systemFingerprint, "system_fingerprint");
    }
    return envelope;
  }

  /** Adds what is about the whole reply. Whether there was anything. */
  #addStatus(from: ChatCompletionChunk, to: ChatCompletionChunk): boolean {
    if (from.unknownFieldsJson !== undefined) this.#panel.dropField("unknown_fields_json");
    if (from.moderationJson !== undefined) this.#panel.dropField("moderation_json");
    const labels = Object.entries(from.metadata);
    for (const [key, value] of labels) {
      to.metadata[this.#panel.identifier(key, "metadata.key")] = this.#panel.freeText(value, "metadata.value", 0, failReply);
    }
    to.events = from.events;
    if (from.usage !== undefined) to.usage = this.#numbersOf(from.usage);
    if (from.cost !== undefined) to.cost = from.cost;
    if (from.route !== undefined) to.route = from.route;
    const whole = from.usage !== undefined || from.cost !== undefined || from.route !== undefined;
    return whole || labels.length > 0 || from.events.length > 0;
  }

  #numbersOf(usage: Usage): Usage {
    const { unknownFieldsJson, promptTokensDetails: prompt, completionTokensDetails: completion, ...numbers } = usage;
    const details = [prompt, completion];
    if (unknownFieldsJson === undefined && details.every((detail) => detail?.unknownFieldsJson === undefined)) return usage;
    this.#panel.dropField("usage.unknown_fields_json");
    const known: Usage = { ...numbers };
    if (prompt !== undefined) known.promptTokensDetails = withoutUnknown(prompt);
    if (completion !== undefined) known.completionTokensDetails = withoutUnknown(completion);
    return known;
  }
}

function failReply(): never {
  throw blockedReply();
}

function withoutUnknown<T extends { unknownFieldsJson?: string | undefined }>(message: T): Omit<T, "unknownFieldsJson"> {
  const { unknownFieldsJson: _, ...known } = message;
  return known;
}
