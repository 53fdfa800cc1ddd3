import type { ChunkChoice, Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { annotationsOf } from "./annotations-of.ts";
import { CallDecoder } from "./call-decoder.ts";
import type { CitedSpan } from "./cited-spans-json.ts";
import { compactJson } from "./compact-json.ts";
import { finishReasonOf } from "./finish-reason.ts";
import { keptMembers } from "./kept-members.ts";
import type { Candidate, Part } from "./reply-json.ts";

/** An empty delta. */
export const emptyDelta = (role: Role): Delta => ({
  $typeName: "sluice.chat.v1.Delta",
  role,
  toolCalls: [],
  annotations: [],
  reasoningBlocks: [],
});

/** Turns what a reply brings of one candidate, at once or piece by piece, into what it adds to a choice. */
export class ChoiceDecoder {
  readonly #index: number;
  readonly #calls: CallDecoder;
  /** The answer's text so far: cited spans count in its bytes. */
  #text = "";
  /** Reasoning that no block covers yet, in UTF-16 units. */
  #uncovered = 0;
  #hasBlocks = false;
  #begun = false;
  /** JSON texts of the parts that are neither text nor calls. */
  readonly #kept: string[] = [];
  readonly #cited = new Set<string>();
  /** Whether the vendor has said why it ended. */
  finished = false;

  /** `callId`: the id of the call of a number, where the vendor gives none. */
  constructor(index: number, callId: (call: number) => string) {
    this.#index = index;
    this.#calls = new CallDecoder(callId);
  }

  /** What a candidate adds. */
  add(candidate: Candidate): ChunkChoice {
    const delta = emptyDelta(this.#begun ? Role.UNSPECIFIED : Role.ASSISTANT);
    this.#begun = true;
    const starts: (number | undefined)[] = [];
    const keptBefore = this.#kept.length;
    for (const part of candidate.parts) {
      starts.push(part.text === undefined || part.thought === true ? undefined : this.#text.length);
      this.#add(part, delta);
    }
    const choice: ChunkChoice = {
      $typeName: "sluice.chat.v1.ChunkChoice",
      index: this.#index,
      delta,
      finishReason: FinishReason.UNSPECIFIED,
    };
    if (candidate.finishReason !== undefined) this.#finish(candidate.finishReason, choice, delta);
    if (this.finished) this.#calls.close(delta.toolCalls); // nothing goes on after the end
    if (candidate.logprobs !== undefined) choice.logprobs = candidate.logprobs;
    const { grounding, citations, unknownFieldsJson } = candidate;
    for (const cited of [grounding, citations]) {
      if (cited !== undefined)
        delta.annotations.push(...annotationsOf(cited.spans.filter(this.#isNew, this), this.#text, starts));
    }
    if (grounding !== undefined || citations !== undefined || unknownFieldsJson !== undefined) {
      const kept = { groundingMetadata: grounding?.raw, citationMetadata: citations?.raw };
      choice.unknownFieldsJson = keptMembers(unknownFieldsJson, kept) ?? "{}";
    }
    // All of them every time: of a field that the contract does not model, the last value wins.
    if (this.#kept.length > keptBefore) delta.unknownFieldsJson = `{"parts":[${this.#kept.join(",")}]}`;
    return choice;
  }

  #add(part: Part, delta: Delta): void {
    const { text, functionCall, thoughtSignature } = part;
    if (functionCall !== undefined) {
      this.#calls.add(functionCall, thoughtSignature, delta.toolCalls);
      return;
    }
    this.#calls.close(delta.toolCalls);
    if (text === undefined && (thoughtSignature === undefined || !isSignatureOnly(part.raw))) {
      if (part.raw !== "{}") this.#kept.push(compactJson(part.raw));
      return;
    }
    if (part.thought === true) {
      if (text !== undefined && text !== "") {
        delta.reasoning = (delta.reasoning ?? "") + text;
        this.#uncovered += text.length;
      }
    } else {
      if (text !== undefined && text !== "") {
        delta.content = (delta.content ?? "") + text;
        this.#text += text;
      }
      if (thoughtSignature !== undefined) this.#endBlock(delta, undefined);
    }
    if (thoughtSignature !== undefined) this.#endBlock(delta, thoughtSignature);
  }

  /** Reasoning up to here is a block; one without a length is the signature of a text. */
  #endBlock(delta: Delta, signature: string | undefined): void {
    const length = this.#uncovered;
    if (length === 0 && signature === undefined) return;
    this.#uncovered = 0;
    this.#hasBlocks = true;
    const block = { $typeName: "sluice.chat.v1.ReasoningBlock", length } as const;
    delta.reasoningBlocks.push(signature === undefined ? block : { ...block, signature, vendor: "gemini" });
  }

  #finish(word: string, choice: ChunkChoice, delta: Delta): void {
    const { reason, raw } = finishReasonOf(word, this.#calls.count > 0);
    if (reason === FinishReason.UNSPECIFIED) return;
    if (this.#hasBlocks) this.#endBlock(delta, undefined);
    if (this.#text === "" && this.#calls.count === 0 && reason === FinishReason.STOP && !this.finished) delta.content = "";
    this.finished = true;
    choice.finishReason = reason;
    if (raw !== undefined) choice.finishReasonRaw = raw;
  }

  /** Some streams repeat what is cited. */
  #isNew({ start, end, partIndex, url }: CitedSpan): boolean {
    const key = `${partIndex}:${start}:${end}:${url}`;
    if (this.#cited.has(key)) return false;
    this.#cited.add(key);
    return true;
  }
}

/** Whether a part says nothing but a signature, and that it is a thought's. */
function isSignatureOnly(raw: string): boolean {
  return Object.keys(JSON.parse(raw) as object).every((key) => key === "thoughtSignature" || key === "thought"); // an object
}
