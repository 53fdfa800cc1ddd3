import type { ChatCompletionChunk, ChunkChoice, Delta, ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../chat/immutable.ts";
import { unfold } from "../chat/unfold.ts";

/** Decides, text by text, where a reply is cut: given how many characters are left, how many the next piece takes (at least 1). */
export type Cut = (left: number) => number;

/** Every piece has `size` characters (UTF-16 code units). */
export function everyPiece(size: number): Cut {
  return () => size;
}

/** Pieces of 1 to `most` characters, the same for the same seed. */
export function randomPieces(seed: number, most = 7): Cut {
  const random = seededRandom(seed);
  return () => 1 + Math.floor(random() * most);
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A whole reply as the chunks a model might have sent: roles first, texts in pieces, choices taking turns, then finish reasons and
 * usage. Folding them gives the reply again.
 */
export function chunksOf(response: Immutable<ChatCompletionResponse>, cut: Cut): ChatCompletionChunk[] {
  return unfold(response).flatMap((whole) => splitChunk(whole, cut));
}

function splitChunk(whole: ChatCompletionChunk, cut: Cut): ChatCompletionChunk[] {
  const { usage, ...head } = whole;
  const bare = (choice: ChunkChoice): ChatCompletionChunk => ({ ...head, choices: [choice] });
  const lanes = whole.choices.map((choice) => piecesOf(choice, cut).map(bare));
  const chunks: ChatCompletionChunk[] = [];
  for (let turn = 0; lanes.some((lane) => turn < lane.length); turn++) {
    for (const lane of lanes) {
      const chunk = lane[turn];
      if (chunk !== undefined) chunks.push(chunk);
    }
  }
  if (usage !== undefined) chunks.push({ ...head, choices: [], usage });
  return chunks.length > 0 ? chunks : [whole];
}

/** One choice in pieces: role, then each text in order, then everything that is not text together with the finish reason. */
function piecesOf(choice: ChunkChoice, cut: Cut): ChunkChoice[] {
  const { delta } = choice;
  if (delta === undefined) return [choice];
  const plain = (piece: Partial<Delta>): ChunkChoice => ({
    $typeName: "sluice.chat.v1.ChunkChoice",
    index: choice.index,
    finishReason: FinishReason.UNSPECIFIED,
    delta: {
      $typeName: "sluice.chat.v1.Delta",
      role: Role.UNSPECIFIED,
      toolCalls: [],
      annotations: [],
      reasoningBlocks: [],
      ...piece,
    },
  });
  const pieces: ChunkChoice[] = [plain({ role: delta.role })];
  for (const name of ["reasoning", "content", "refusal"] as const) {
    const text = delta[name];
    if (text === "") pieces.push(plain({ [name]: "" }));
    else if (text !== undefined) for (const part of split(text, cut)) pieces.push(plain({ [name]: part }));
  }
  for (const call of delta.toolCalls) for (const part of splitToolCall(call, cut)) pieces.push(plain({ toolCalls: [part] }));
  const { reasoning: _, content: __, refusal: ___, ...rest } = delta;
  pieces.push({ ...choice, delta: { ...rest, role: Role.UNSPECIFIED, toolCalls: [] } });
  return pieces;
}

function splitToolCall(call: ToolCallDelta, cut: Cut): ToolCallDelta[] {
  const text = call.function?.arguments ?? call.custom?.input ?? "";
  const [first = "", ...others] = split(text, cut);
  const start: ToolCallDelta = { ...call };
  if (call.function !== undefined) start.function = { ...call.function, arguments: first };
  if (call.custom !== undefined) start.custom = { ...call.custom, input: first };
  return [
    start,
    ...others.map(
      (part): ToolCallDelta => ({
        $typeName: "sluice.chat.v1.ToolCallDelta",
        index: call.index,
        ...(call.custom === undefined
          ? { function: { $typeName: "sluice.chat.v1.FunctionCallDelta", arguments: part } }
          : { custom: { $typeName: "sluice.chat.v1.CustomToolCallDelta", input: part } }),
      }),
    ),
  ];
}

function split(text: string, cut: Cut): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + Math.max(1, cut(text.length - at));
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}
