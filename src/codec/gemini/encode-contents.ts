import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatMessage, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { encodeAnswer, nameOf } from "./encode-answer.ts";
import { encodePart } from "./encode-part.ts";
import { type AnsweredCall, encodeToolResult } from "./encode-tool-result.ts";
import { leaveUnknown } from "./leave-unknown.ts";
import { isGemini3 } from "./model-generation.ts";
import { objectText } from "./object-text.ts";

/** A conversation as Gemini takes it, JSON texts. */
export interface EncodedContents {
  readonly contents: string;
  /** Undefined where nobody instructs. */
  readonly systemInstruction: string | undefined;
}

/**
 * A conversation as `contents` and `systemInstruction` (https://ai.google.dev/api/caching#Content): instructions apart, all others in
 * turns of `user` and `model`, tools' results in the user's.
 * @throws GatewayError `invalid_request` for a tool's result that answers no call.
 */
export function encodeContents(request: Immutable<ChatCompletionRequest>, model: string, left: LeftOutParams): EncodedContents {
  const turns = new Turns(request, model, left);
  for (const [index, message] of request.messages.entries()) turns.add(message, index);
  return turns.encoded();
}

class Turns {
  readonly #left: LeftOutParams;
  readonly #isGemini3: boolean;
  /** The user's last words: the current turn begins there. */
  readonly #lastUser: number;
  readonly #turns: { readonly role: "user" | "model"; readonly parts: string[]; hasCall: boolean }[] = [];
  readonly #instructions: string[] = [];
  readonly #calls = new Map<string, AnsweredCall>();

  constructor({ messages }: Immutable<ChatCompletionRequest>, model: string, left: LeftOutParams) {
    this.#left = left;
    this.#isGemini3 = isGemini3(model);
    this.#lastUser = messages.findLastIndex(({ role }) => role === Role.USER);
  }

  add(message: Immutable<ChatMessage>, index: number): void {
    const path = `messages[${index}]`;
    const { role } = message;
    if (role !== Role.ASSISTANT) leaveUnknown(path, message.unknownFieldsJson, this.#left);
    if (message.name !== undefined && role !== Role.FUNCTION) this.#left.leave(`${path}.name`);
    switch (role) {
      case Role.SYSTEM:
      case Role.DEVELOPER:
        this.#instructions.push(...this.#words(message, path, true));
        break;
      case Role.ASSISTANT:
        this.#answer(message, path, index);
        break;
      case Role.TOOL:
      case Role.FUNCTION: {
        const results = encodeToolResult(message, this.#answered(message, path), path, this.#isGemini3, this.#left);
        this.#turn("user").parts.push(...results);
        break;
      }
      default:
        this.#turn("user").parts.push(...this.#words(message, path, false));
    }
  }

  encoded(): EncodedContents {
    const turns = this.#turns.filter(({ parts }) => parts.length > 0);
    const asked = turns.length > 0;
    const contents = turns.map(({ role, parts }) => objectText({ role: JSON.stringify(role), parts: `[${parts.join(",")}]` }));
    const instructions = `[${this.#instructions.join(",")}]`;
    // A conversation of instructions alone is asked as the user's words: Gemini answers nothing without contents.
    if (!asked)
      contents.push(objectText({ role: '"user"', parts: this.#instructions.length > 0 ? instructions : '[{"text":""}]' }));
    return {
      contents: `[${contents.join(",")}]`,
      systemInstruction: asked && this.#instructions.length > 0 ? objectText({ parts: instructions }) : undefined,
    };
  }

  #turn(role: "user" | "model"): { readonly parts: string[]; hasCall: boolean } {
    const last = this.#turns.findLast(({ parts }) => parts.length > 0);
    if (last?.role === role) return last;
    const turn = { role, parts: [], hasCall: false };
    this.#turns.push(turn);
    return turn;
  }

  #words(message: Immutable<ChatMessage>, path: string, textOnly: boolean): string[] {
    const words =
      message.content === undefined || message.content === "" ? [] : [objectText({ text: JSON.stringify(message.content) })];
    message.parts.forEach((part, index) => {
      const at = `${path}.content[${index}]`;
      const encoded = encodePart(part, at, this.#left);
      if (encoded === undefined) return;
      if (textOnly && encoded.isMedia) this.#left.leave(at);
      else words.push(encoded.json);
    });
    return words;
  }

  #answer(message: Immutable<ChatMessage>, path: string, index: number): void {
    const turn = this.#turn("model");
    const needsSignature = this.#isGemini3 && index > this.#lastUser && !turn.hasCall;
    turn.parts.push(...encodeAnswer(message, path, needsSignature, this.#left));
    if (message.toolCalls.length > 0 || message.functionCall !== undefined) turn.hasCall = true;
    for (const call of message.toolCalls)
      this.#calls.set(call.id, { name: nameOf(call), id: call.id === "" ? undefined : call.id });
  }

  #answered(message: Immutable<ChatMessage>, path: string): AnsweredCall {
    if (message.role === Role.FUNCTION) return { name: message.name ?? "" };
    const call = this.#calls.get(message.toolCallId ?? "");
    if (call !== undefined) return call;
    const param = `${path}.tool_call_id`;
    throw new GatewayError("invalid_request", `${param}: no tool call before it has this id`, { param });
  }
}
