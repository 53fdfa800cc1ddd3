import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ReasoningBlock } from "#gen/sluice/chat/v1/reasoning_block_pb";
import type { ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { earlierReasoning } from "../earlier-reasoning.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { type Block, contentBlocks, textBlock } from "./content-blocks.ts";
import { exactItems, exactMembers, objectOf } from "./exact-members.ts";
import { extraMembers } from "./extra-members.ts";
import { customInput, customName } from "./reserved-names.ts";
import { functionCallId, toolUseId } from "./tool-use-id.ts";

type Message = Immutable<ChatMessage>;

/** The name under which blocks that the contract does not model stand in a message's unknown fields; see {@link vendorBlockJson}. */
export const vendorBlocks = "anthropic_blocks";

/** A block that the contract does not model, as an item of {@link vendorBlocks}: how much of the content stood before it, in UTF-16 units. */
export const vendorBlockJson = (at: number, block: string): string => `{"at":${at},"block":${block}}`;

/**
 * An assistant's message as blocks: its reasoning, then its text with the vendor's own blocks where they stood, then its calls.
 * @param isLast whether the reply goes on from it: then its text must not end in white space.
 */
export function assistantBlocks(message: Message, at: number, isLast: boolean, left: LeftOutParams): Block[] {
  const path = `messages[${at}]`;
  const unknown = new Map(message.unknownFieldsJson === undefined ? [] : exactMembers(message.unknownFieldsJson));
  const kept = unknown.get(vendorBlocks);
  unknown.delete(vendorBlocks);
  const mark = extraMembers(objectOf(unknown), path, left);
  if (message.audio !== undefined) left.leave(`${path}.audio`);
  const blocks = [...reasoningBlocks(message, path, left), ...spokenBlocks(message, kept, path, isLast, left)];
  const calls = message.toolCalls.flatMap((call, index) => toolUse(call, `${path}.tool_calls[${index}]`, left));
  if (message.functionCall !== undefined) {
    const { name, arguments: text } = message.functionCall;
    calls.push(useOf(functionCallId(at), name, inputOf(text), ""));
  }
  const all = [...blocks, ...calls];
  const last = all.at(-1);
  if (mark !== "" && last !== undefined && !last.startsWith('{"type":"thinking"'))
    all.splice(-1, 1, `${last.slice(0, -1)}${mark}}`);
  return all;
}

/** Reasoning goes back only as the vendor signed it (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). */
function reasoningBlocks(message: Message, path: string, left: LeftOutParams): Block[] {
  if (message.reasoningBlocks.length === 0) {
    if (message.reasoning) left.leave(`${path}.reasoning`);
    return [];
  }
  const earlier = earlierReasoning(message, "anthropic");
  if (earlier?.every(({ block }) => isProven(block)) !== true) {
    left.leave(`${path}.reasoning_blocks`);
    return [];
  }
  return earlier.map(({ text, block }) => {
    if (block.redactedData !== undefined) return `{"type":"redacted_thinking","data":${JSON.stringify(block.redactedData)}}`;
    return `{"type":"thinking","thinking":${JSON.stringify(text)},"signature":${JSON.stringify(block.signature)}}`;
  });
}

const isProven = (block: Immutable<ReasoningBlock>): boolean =>
  block.redactedData === undefined ? block.signature !== undefined : block.length === 0;

function spokenBlocks(message: Message, kept: string | undefined, path: string, isLast: boolean, left: LeftOutParams): Block[] {
  const blocks: Block[] = [];
  const say = (text: string) => {
    const block = textBlock(text);
    if (block !== undefined) blocks.push(block);
  };
  if (message.content === undefined) {
    blocks.push(...contentBlocks(message.parts, `${path}.content`, left));
    if (kept !== undefined) left.leave(`${path}.${vendorBlocks}`);
  } else {
    const content = isLast && message.toolCalls.length === 0 ? message.content.trimEnd() : message.content;
    let start = 0;
    for (const { at, block } of keptBlocks(kept)) {
      if (at > start) say(content.slice(start, at));
      start = Math.max(start, at);
      blocks.push(block);
    }
    say(content.slice(start));
  }
  if (message.refusal !== undefined) say(message.refusal);
  return blocks;
}

/** The items of {@link vendorBlocks}, in order. @throws JsonProblem when they are not of that form. */
function keptBlocks(json: string | undefined): { at: number; block: Block }[] {
  if (json === undefined) return [];
  try {
    return exactItems(json).map((item) => {
      const members = exactMembers(item);
      const at = Number(members.get("at"));
      const block = members.get("block") ?? "";
      if (!Number.isInteger(at) || at < 0 || !block.startsWith("{")) throw new JsonProblem("", "must be {at, block}");
      return { at, block };
    });
  } catch (error) {
    throw JsonProblem.under(vendorBlocks, error);
  }
}

const callExtras: ReadonlySet<string> = new Set(["cache_control", "caller", "toolset_name"]);

function toolUse(call: Immutable<ToolCall>, path: string, left: LeftOutParams): Block[] {
  if (call.signature !== undefined) left.leave(`${path}.signature`); // another vendor's
  const extra = extraMembers(call.unknownFieldsJson, path, left, callExtras);
  const id = toolUseId(call.id);
  if (call.custom !== undefined) {
    const { name, input } = call.custom;
    return [useOf(id, customName(name), `{${JSON.stringify(customInput)}:${JSON.stringify(input)}}`, extra)];
  }
  if (call.function === undefined) {
    left.leave(path);
    return [];
  }
  return [useOf(id, call.function.name, inputOf(call.function.arguments), extra)];
}

const useOf = (id: string, name: string, input: string, extra: string): Block =>
  `{"type":"tool_use","id":${JSON.stringify(id)},"name":${JSON.stringify(name)},"input":${input}${extra}}`;

/**
 * Arguments as an input, which is an object: their exact text, or what is no object wrapped as the vendor recommends
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming).
 */
function inputOf(text: string): string {
  if (text.trim() === "") return "{}";
  try {
    const reader = new JsonReader(text);
    reader.object(() => reader.skip());
    reader.end();
    return text;
  } catch {
    return `{"INVALID_JSON":${JSON.stringify(text)}}`;
  }
}
