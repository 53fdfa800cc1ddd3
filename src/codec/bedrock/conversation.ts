import { type ChatMessage, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { cachePoint } from "./cache-point.ts";
import { type BlockOptions, contentBlocks, textBlock } from "./content-blocks.ts";
import { DocumentNames } from "./document-names.ts";
import { reasoningBlocks } from "./reasoning-blocks.ts";
import { toolResultBlocks, toolUseBlock } from "./tool-blocks.ts";

interface Turn {
  readonly role: "user" | "assistant";
  readonly blocks: string[];
}

/** A request's messages as Bedrock has them: instructions apart, then turns of the user and of the model by turns. */
export interface Conversation {
  /** The value of `system`; undefined: there are no instructions. */
  readonly system: string | undefined;
  /** The value of `messages`. */
  readonly messages: string;
  /** The tools that were called in it. */
  readonly calledTools: ReadonlySet<string>;
  /** Whether it ends with results of tools that the model called without reasoning that could be given back. */
  readonly endsUnproven: boolean;
}

/**
 * Sorts messages into turns: neighbours of one role are one turn, and a tool's result is the user's
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html).
 * @throws GatewayError `invalid_request` for what cannot be said there.
 */
export function conversation(messages: readonly Immutable<ChatMessage>[], left: LeftOutParams): Conversation {
  const options: BlockOptions = { left, names: new DocumentNames() };
  const system: string[] = [];
  const turns: Turn[] = [];
  const calledTools = new Set<string>();
  messages.forEach((message, index) => {
    const at = `messages[${index}]`;
    if (message.name !== undefined) left.leave(`${at}.name`);
    switch (message.role) {
      case Role.SYSTEM:
      case Role.DEVELOPER:
        system.push(...instructions(message, at, options));
        return;
      case Role.ASSISTANT: {
        addTurn(turns, "assistant", assistantBlocks(message, at, options));
        for (const call of message.toolCalls) calledTools.add(call.function?.name ?? call.custom?.name ?? "");
        return;
      }
      case Role.TOOL:
        addTurn(turns, "user", toolResultBlocks(message, at, options));
        return;
      case Role.USER:
        addTurn(turns, "user", withCachePoint(contentBlocks(message, at, options), message, at, left));
        return;
      default: {
        const param = `${at}.role`;
        throw new GatewayError("invalid_request", `${param}: this model's tools are called with tool_calls and role tool`, {
          param,
        });
      }
    }
  });
  if (turns.length === 0) {
    throw new GatewayError("invalid_request", "messages: there is nothing in them for the model", { param: "messages" });
  }
  return {
    system: system.length === 0 ? undefined : `[${system.join(",")}]`,
    messages: `[${turns.map(({ role, blocks }) => `{"role":"${role}","content":[${blocks.join(",")}]}`).join(",")}]`,
    calledTools,
    endsUnproven: endsUnproven(turns),
  };
}

function endsUnproven(turns: readonly Turn[]): boolean {
  const [calls, results] = turns.slice(-2);
  const isResult = (block: string): boolean => block.startsWith('{"toolResult"');
  return results?.blocks.some(isResult) === true && calls?.blocks[0]?.startsWith('{"reasoningContent"') !== true;
}

function addTurn(turns: Turn[], role: Turn["role"], blocks: readonly string[]): void {
  if (blocks.length === 0) return; // Bedrock refuses an empty message
  const last = turns.at(-1);
  if (last?.role === role) last.blocks.push(...blocks);
  else turns.push({ role, blocks: [...blocks] });
}

/** Instructions are text and nothing else. */
function instructions(message: Immutable<ChatMessage>, at: string, options: BlockOptions): string[] {
  const parts = message.parts.filter(({ part }, index) => {
    const isText = part.case === "text";
    if (!isText) options.left.leave(`${at}.content[${index}]`);
    return isText;
  });
  return withCachePoint(contentBlocks({ content: message.content, parts }, at, options), message, at, options.left);
}

function assistantBlocks(message: Immutable<ChatMessage>, at: string, options: BlockOptions): string[] {
  const { left } = options;
  if (message.audio !== undefined) left.leave(`${at}.audio`);
  if (message.functionCall !== undefined) left.leave(`${at}.function_call`);
  const refusal = message.refusal === undefined ? undefined : textBlock(message.refusal);
  const blocks = [
    ...reasoningBlocks(message, at, left),
    ...contentBlocks(message, at, options),
    ...(refusal === undefined ? [] : [refusal]),
    ...message.toolCalls.map((call, index) => toolUseBlock(call, `${at}.tool_calls[${index}]`, left)),
  ];
  return withCachePoint(blocks, message, at, left);
}

function withCachePoint(blocks: string[], message: Immutable<ChatMessage>, at: string, left: LeftOutParams): string[] {
  const point = cachePoint(message.unknownFieldsJson, at, left);
  return point === undefined || blocks.length === 0 ? blocks : [...blocks, point];
}
