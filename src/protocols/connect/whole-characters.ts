import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatCompletionChunk,
  ChatCompletionChunkSchema,
  type ChunkChoice,
  type Delta,
  type DeltaSchema,
  type ToolCallDelta,
} from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { Immutable } from "../../chat/immutable.ts";

const plain = ["reasoning", "content", "refusal"] as const;

/** What stands for a half that no other half follows (the Unicode Standard, section 3.9, "U+FFFD Substitution"). */
const replacement = "\ufffd";

/** Half a character that waits for the other half. */
interface Half {
  readonly choice: number;
  readonly unit: string;
  /** A delta that adds a text where the half belongs. */
  readonly deltaOf: (text: string) => MessageInitShape<typeof DeltaSchema>;
}

/**
 * Keeps the characters of a streamed reply whole. JSON and middleware may cut a text between the two halves of a surrogate pair, but
 * a Protobuf string holds whole characters only (https://protobuf.dev/programming-guides/proto3/#scalar): a first half waits for the
 * next piece of its text. One that no second half follows is no character; it is replaced.
 */
export class WholeCharacters {
  /** What waits, by choice and text. */
  readonly #halves = new Map<string, Half>();

  /** The choices that ended while something of them waited. */
  readonly #ended = new Set<number>();

  /** The chunk with whole characters; the very same one when it has only such. */
  mend(immutable: Immutable<ChatCompletionChunk>): Immutable<ChatCompletionChunk> {
    const chunk = immutable as ChatCompletionChunk; // read, never written
    if (this.#halves.size === 0 && !chunk.choices.some(endsInHalf)) return immutable;
    return { ...chunk, choices: chunk.choices.map((choice) => this.#mendChoice(choice)) };
  }

  /** What is still to be said before the final chunk: of choices that have ended, not of those that were cut. */
  owed(final: Immutable<ChatCompletionChunk>): ChatCompletionChunk | undefined {
    const owing = [...this.#halves.values()].filter(({ choice }) => this.#ended.has(choice));
    if (owing.length === 0) return undefined;
    const choices = owing.map(({ choice: index, deltaOf }) => ({ index, delta: deltaOf(replacement) }));
    return create(ChatCompletionChunkSchema, { id: final.id, created: final.created, model: final.model, choices });
  }

  #mendChoice(choice: ChunkChoice): ChunkChoice {
    if (choice.finishReason !== FinishReason.UNSPECIFIED) this.#ended.add(choice.index);
    return choice.delta === undefined ? choice : { ...choice, delta: this.#mendDelta(choice.delta, choice.index) };
  }

  #mendDelta(from: Delta, choice: number): Delta {
    const delta: Delta = { ...from };
    for (const channel of plain) {
      const text = delta[channel];
      if (text !== undefined) delta[channel] = this.#whole(channel, text, choice, (rest) => ({ [channel]: rest }));
    }
    delta.toolCalls = delta.toolCalls.map((call) => this.#mendCall(call, choice));
    const { functionCall, audio } = delta;
    if (functionCall?.arguments !== undefined) {
      const text = this.#whole("function", functionCall.arguments, choice, (rest) => ({ functionCall: { arguments: rest } }));
      delta.functionCall = { ...functionCall, arguments: text };
    }
    if (audio?.transcript !== undefined) {
      const text = this.#whole("transcript", audio.transcript, choice, (rest) => ({ audio: { transcript: rest } }));
      delta.audio = { ...audio, transcript: text };
    }
    return delta;
  }

  #mendCall(call: ToolCallDelta, choice: number): ToolCallDelta {
    const { index, function: called, custom } = call;
    if (called?.arguments !== undefined) {
      const deltaOf = (rest: string) => ({ toolCalls: [{ index, function: { arguments: rest } }] });
      return { ...call, function: { ...called, arguments: this.#whole(`tool ${index}`, called.arguments, choice, deltaOf) } };
    }
    if (custom?.input === undefined) return call;
    const deltaOf = (rest: string) => ({ toolCalls: [{ index, custom: { input: rest } }] });
    return { ...call, custom: { ...custom, input: this.#whole(`tool ${index}`, custom.input, choice, deltaOf) } };
  }

  #whole(channel: string, piece: string, choice: number, deltaOf: Half["deltaOf"]): string {
    const place = `${choice} ${channel}`;
    const text = (this.#halves.get(place)?.unit ?? "") + piece;
    this.#halves.delete(place);
    if (!isCut(text)) return text;
    this.#halves.set(place, { choice, unit: text.slice(-1), deltaOf });
    return text.slice(0, -1);
  }
}

function endsInHalf({ delta }: ChunkChoice): boolean {
  if (delta === undefined) return false;
  if (isCut(delta.content) || isCut(delta.reasoning) || isCut(delta.refusal) || isCut(delta.audio?.transcript)) return true;
  for (const { function: called, custom } of delta.toolCalls) if (isCut(called?.arguments) || isCut(custom?.input)) return true;
  return isCut(delta.functionCall?.arguments);
}

/** Whether a text ends in the first half of a surrogate pair. */
function isCut(text: string | undefined): boolean {
  return text !== undefined && (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}
