import { create } from "@bufbuild/protobuf";
import type { PromptTemplate } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { type ChatMessage, ChatMessageSchema, Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { type PromptText, renderTexts } from "./prompt-text.ts";
import { templateFault } from "./template-fault.ts";
import { variablesOf } from "./variables.ts";

const roles = { system: Role.SYSTEM, developer: Role.DEVELOPER, user: Role.USER, assistant: Role.ASSISTANT } as const;

/** Who a template's message is from. */
export type TemplateRole = keyof typeof roles;

const maxCharacters = 4 * 1024 * 1024;

/** A message of a template, parsed. */
interface TemplateMessage {
  readonly role: TemplateRole;
  readonly text: PromptText;
}

/** One version of a template, parsed. */
export class Prompt {
  readonly #messages: readonly TemplateMessage[];
  readonly #variables: ReadonlySet<string>;

  constructor(messages: readonly TemplateMessage[]) {
    this.#messages = messages;
    this.#variables = new Set(messages.flatMap(({ text }) => text.variables));
  }

  /**
   * Its messages with a request's variables in their places. One that says nothing is left out.
   * @throws GatewayError `invalid_request` naming the variable at fault, or the limit.
   */
  render(named: Immutable<PromptTemplate>): ChatMessage[] {
    const texts = this.#rendered(variablesOf(named, this.#variables));
    if (texts.reduce((sum, { length }) => sum + length, 0) > maxCharacters) {
      throw templateFault("", `becomes longer than ${maxCharacters} characters`);
    }
    return this.#messages.flatMap(({ role }, index) => {
      const content = texts[index] ?? "";
      return content.trim() === "" ? [] : [create(ChatMessageSchema, { role: roles[role], content })];
    });
  }

  #rendered(variables: object): string[] {
    try {
      return renderTexts(
        this.#messages.map(({ text }) => text),
        variables,
      );
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  /** Liquid tells its kinds of errors apart by name; what it met is in `originalError`. */
  #faultOf(error: unknown): GatewayError {
    const { message = "", originalError = {} } = error as { readonly message?: string; readonly originalError?: object };
    const missing: unknown = Reflect.get(originalError, "variableName");
    if (typeof missing === "string" && this.#variables.has(missing.split(".")[0] ?? "")) {
      return templateFault(`variables.${missing}`, "is missing", error);
    }
    const reason = /limit exceeded|string length/.test(message)
      ? "takes too much time or memory"
      : "cannot be rendered with these variables";
    return templateFault("", reason, error);
  }
}
