import type { ChatCompletionChunk, ChunkChoice, Delta, ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { Immutable } from "../../chat/immutable.ts";

const plain = ["reasoning", "content", "refusal"] as const;

/**
 * Keeps the characters of a streamed reply whole. JSON and middleware may cut a text between the two halves of a surrogate pair, but
 * a Protobuf string holds whole characters only (https://protobuf.dev/programming-guides/proto3/#scalar): a first half waits for the
 * next piece of its text. One that no second half follows is no character; it is replaced, or dropped at the end.
 */
export class WholeCharacters {
  /** The halves that wait, by choice and text. */
  readonly #halves = new Map<string, string>();

  /** The chunk with whole characters; the very same one when it has only such. */
  mend(immutable: Immutable<ChatCompletionChunk>): Immutable<ChatCompletionChunk> {
    const chunk = immutable as ChatCompletionChunk; // read, never written
    if (this.#halves.size === 0 && !chunk.choices.some(endsInHalf)) return immutable;
    return { ...chunk, choices: chunk.choices.map((choice) => this.#mendChoice(choice)) };
  }

  #mendChoice(choice: ChunkChoice): ChunkChoice {
    const { index } = choice;
    if (choice.delta === undefined) return choice;
    const delta: Delta = { ...choice.delta };
    for (const channel of plain) {
      const text = delta[channel];
      if (text !== undefined) delta[channel] = this.#whole(`${index} ${channel}`, text);
    }
    delta.toolCalls = delta.toolCalls.map((call) => this.#mendCall(call, `${index} tool ${call.index}`));
    const { functionCall, audio } = delta;
    if (functionCall?.arguments !== undefined) {
      delta.functionCall = { ...functionCall, arguments: this.#whole(`${index} function`, functionCall.arguments) };
    }
    if (audio?.transcript !== undefined) {
      delta.audio = { ...audio, transcript: this.#whole(`${index} transcript`, audio.transcript) };
    }
    return { ...choice, delta };
  }

  #mendCall(call: ToolCallDelta, place: string): ToolCallDelta {
    const { function: called, custom } = call;
    if (called?.arguments !== undefined) {
      return { ...call, function: { ...called, arguments: this.#whole(place, called.arguments) } };
    }
    return custom?.input === undefined ? call : { ...call, custom: { ...custom, input: this.#whole(place, custom.input) } };
  }

  #whole(place: string, piece: string): string {
    const text = (this.#halves.get(place) ?? "") + piece;
    this.#halves.delete(place);
    if (!isCut(text)) return text;
    this.#halves.set(place, text.slice(-1));
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
