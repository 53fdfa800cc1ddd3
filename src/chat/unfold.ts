import type { ChatCompletionChunk, ChunkChoice, Delta, ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { ChatCompletionResponse, Choice, ResponseMessage } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import type { ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "./immutable.ts";

/** A whole reply as the one chunk that says it all: `fold(unfold(r)) = r`. */
export function unfold(response: Immutable<ChatCompletionResponse>): readonly ChatCompletionChunk[] {
  const { $typeName: _, choices, ...rest } = response as ChatCompletionResponse; // read, never written
  return [{ $typeName: "sluice.chat.v1.ChatCompletionChunk", ...rest, choices: choices.map(unfoldChoice) }];
}

function unfoldChoice(choice: Choice): ChunkChoice {
  const { $typeName: _, message, ...rest } = choice;
  return {
    $typeName: "sluice.chat.v1.ChunkChoice",
    ...rest,
    ...(message === undefined ? {} : { delta: unfoldMessage(message) }),
  };
}

function unfoldMessage(message: ResponseMessage): Delta {
  const { $typeName: _, toolCalls, functionCall, ...rest } = message;
  const delta: Delta = { $typeName: "sluice.chat.v1.Delta", ...rest, toolCalls: toolCalls.map(unfoldToolCall) };
  if (functionCall !== undefined) delta.functionCall = { ...functionCall, $typeName: "sluice.chat.v1.FunctionCallDelta" };
  return delta;
}

function unfoldToolCall(call: ToolCall, index: number): ToolCallDelta {
  const { $typeName: _, function: functionCall, custom, ...rest } = call;
  const delta: ToolCallDelta = { $typeName: "sluice.chat.v1.ToolCallDelta", ...rest, index };
  if (functionCall !== undefined) delta.function = { ...functionCall, $typeName: "sluice.chat.v1.FunctionCallDelta" };
  if (custom !== undefined) delta.custom = { ...custom, $typeName: "sluice.chat.v1.CustomToolCallDelta" };
  return delta;
}
