import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { cachePoint } from "./cache-point.ts";
import { type BlockOptions, contentBlocks } from "./content-blocks.ts";
import { unknownMembers } from "./unknown-members.ts";

/** A call's id as Bedrock takes it, of whatever vendor it is: up to 64 letters, digits, underscores and hyphens. */
const toolUseId = (id: string): string => JSON.stringify(id.replace(/[^\w-]/g, "_").slice(-64));

/**
 * A tool call of an earlier turn as a block (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html).
 * Arguments that are an object keep their exact text; others, which Bedrock would refuse, become one `arguments`.
 */
export function toolUseBlock(call: Immutable<ToolCall>, at: string, left: LeftOutParams): string {
  unknownMembers(call.unknownFieldsJson, at, left);
  if (call.signature !== undefined) left.leave(`${at}.signature`);
  const name = call.function?.name ?? call.custom?.name ?? "";
  const input =
    call.custom === undefined ? objectText(call.function?.arguments ?? "") : JSON.stringify({ input: call.custom.input });
  return `{"toolUse":{"toolUseId":${toolUseId(call.id)},"name":${JSON.stringify(name)},"input":${input}}}`;
}

function objectText(text: string): string {
  if (text.trim() === "") return "{}";
  try {
    const reader = new JsonReader(text);
    reader.object(() => reader.skip());
    reader.end();
    return text;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return JSON.stringify({ arguments: text });
  }
}

/**
 * A tool's result as a block (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolResultBlock.html), and a cache
 * point after it where there is one. `is_error` beside the message says that the tool failed; OpenAI has no word for it.
 * @throws GatewayError `invalid_request` for a result that names no call.
 */
export function toolResultBlocks(message: Immutable<ChatMessage>, at: string, options: BlockOptions): string[] {
  if (message.toolCallId === undefined) {
    throw new GatewayError("invalid_request", `${at}.tool_call_id: is missing`, { param: `${at}.tool_call_id` });
  }
  let status = "";
  const point = cachePoint(message.unknownFieldsJson, at, options.left, {
    is_error(reader) {
      if (!reader.takeNull() && reader.boolean()) status = ',"status":"error"';
    },
  });
  const all = contentBlocks(message, at, options);
  const content = all.filter((block) => !block.startsWith('{"cachePoint"'));
  const points = all.filter((block) => block.startsWith('{"cachePoint"')); // a result has no place for them, the turn has
  const result = `{"toolResult":{"toolUseId":${toolUseId(message.toolCallId)},"content":[${content.join(",")}]${status}}}`;
  return [result, ...points, ...(point === undefined ? [] : [point])];
}
