import { type ChatMessage, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { assistantBlocks } from "./assistant-blocks.ts";
import { type Block, contentBlocks, textBlock } from "./content-blocks.ts";
import { extraMembers } from "./extra-members.ts";
import { functionCallId, toolUseId } from "./tool-use-id.ts";

/** A conversation in the vendor's form. */
export interface EncodedMessages {
  /** Blocks of the top-level `system`. */
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
}

/** A turn: consecutive messages of one role are one. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  /** Results of tools: they come first. */
  readonly results: Block[];
  readonly blocks: Block[];
}

type Message = Immutable<ChatMessage>;

/**
 * Messages as turns (https://platform.claude.com/docs/en/build-with-claude/working-with-messages). Instructions at the beginning are the
 * `system` field. Later ones are turns of their own where the model takes that, put behind the user's turn that they stand by, and are
 * moved to `system` otherwise.
 * @param systemTurns whether the model takes them (https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages).
 */
export function encodeMessages(messages: readonly Message[], systemTurns: boolean, left: LeftOutParams): EncodedMessages {
  const conversation = new Conversation(systemTurns);
  for (const [at, message] of messages.entries()) {
    try {
      addMessage(conversation, message, at, at === messages.length - 1, left);
    } catch (error) {
      throw JsonProblem.under("messages", JsonProblem.under(at, error));
    }
  }
  return conversation.end();
}

/** A turn as a message of the body. */
export function encodeTurn({ role, results, blocks }: Turn): string {
  return `{"role":"${role}","content":[${[...results, ...blocks].join(",")}]}`;
}

function addMessage(conversation: Conversation, message: Message, at: number, isLast: boolean, left: LeftOutParams): void {
  const path = `messages[${at}]`;
  if (message.name !== undefined && message.role !== Role.FUNCTION) left.leave(`${path}.name`);
  switch (message.role) {
    case Role.SYSTEM:
    case Role.DEVELOPER:
      conversation.system(plainBlocks(message, path, left));
      break;
    case Role.ASSISTANT:
      conversation.assistant(assistantBlocks(message, at, isLast, left));
      if (message.functionCall !== undefined) conversation.lastFunction = at;
      break;
    case Role.TOOL:
      conversation.result(toolResult(message, toolUseId(message.toolCallId ?? ""), path, left));
      break;
    case Role.FUNCTION:
      conversation.result(toolResult(message, functionCallId(conversation.lastFunction), path, left));
      break;
    default:
      conversation.user(plainBlocks(message, path, left));
  }
}

function plainBlocks(message: Message, path: string, left: LeftOutParams): Block[] {
  const extra = extraMembers(message.unknownFieldsJson, path, left);
  return withExtra(contentOf(message, path, left), extra);
}

function contentOf({ content, parts }: Message, path: string, left: LeftOutParams): Block[] {
  if (content === undefined) return contentBlocks(parts, `${path}.content`, left);
  const block = textBlock(content);
  return block === undefined ? [] : [block];
}

/** A message's own mark belongs to its last block. */
function withExtra(blocks: Block[], extra: string): Block[] {
  const last = blocks.at(-1);
  if (extra === "" || last === undefined || last.includes(',"cache_control":')) return blocks;
  return [...blocks.slice(0, -1), `${last.slice(0, -1)}${extra}}`];
}

const resultExtras: ReadonlySet<string> = new Set(["is_error", "cache_control"]);

function toolResult(message: Message, id: string, path: string, left: LeftOutParams): Block {
  const extra = extraMembers(message.unknownFieldsJson, path, left, resultExtras);
  const blocks = contentOf(message, path, left);
  const content = blocks.length === 0 ? "" : `,"content":[${blocks.join(",")}]`;
  return `{"type":"tool_result","tool_use_id":${JSON.stringify(id)}${content}${extra}}`;
}

class Conversation {
  /** Where the last call in the deprecated form stands. */
  lastFunction = 0;
  readonly #systemTurns: boolean;
  readonly #system: Block[] = [];
  readonly #turns: Turn[] = [];
  #pending: Block[] = [];

  constructor(systemTurns: boolean) {
    this.#systemTurns = systemTurns;
  }

  system(blocks: readonly Block[]): void {
    (this.#systemTurns && this.#turns.length > 0 ? this.#pending : this.#system).push(...blocks);
  }

  user(blocks: readonly Block[]): void {
    if (blocks.length > 0) this.#turn("user").blocks.push(...blocks);
  }

  result(block: Block): void {
    this.#turn("user").results.push(block);
  }

  assistant(blocks: readonly Block[]): void {
    if (blocks.length === 0) return;
    this.#placePending();
    this.#turn("assistant").blocks.push(...blocks);
  }

  end(): EncodedMessages {
    this.#placePending();
    return { system: this.#system, turns: this.#turns };
  }

  /** A system turn stands between a user's and an assistant's, or at the end behind a user's. */
  #placePending(): void {
    if (this.#pending.length === 0) return;
    if (this.#turns.at(-1)?.role === "user") this.#turns.push({ role: "system", results: [], blocks: this.#pending });
    else this.#system.push(...this.#pending);
    this.#pending = [];
  }

  #turn(role: Turn["role"]): Turn {
    const last = this.#turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, results: [], blocks: [] };
    this.#turns.push(turn);
    return turn;
  }
}
