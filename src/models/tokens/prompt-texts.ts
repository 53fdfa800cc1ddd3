import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { ChatMessage, ContentPart } from "#gen/sluice/chat/v1/chat_message_pb";
import type { FunctionDefinition, ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";

/** What a prompt's tokens are made of. */
export interface PromptTexts {
  readonly texts: readonly string[];
  /** Tokens that stand around and between the texts, and for images. */
  readonly around: number;
  /** Whether the rules say all of it: nothing but messages of text. */
  readonly exact: boolean;
}

/** Of a message: what it begins with, and its role, which is one token. */
const perMessage = 3 + 1;
const perName = 1;
/** What the reply begins with. */
const perReply = 3;
/** What stands around a tool's definition or a call of one; near what OpenAI's usage says. */
const perTool = 8;
/** An image at low detail, and one at high detail of four tiles (https://platform.openai.com/docs/guides/images-vision). */
const perSmallImage = 85;
const perImage = 85 + 4 * 170;

/**
 * The texts of a chat request's prompt, and what is counted besides by OpenAI's rules for chat
 * (https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken). Tools, forms, images and other media are estimated; sound and
 * files count as nothing.
 */
export function promptTexts(request: Immutable<ChatCompletionRequest>): PromptTexts {
  const texts: string[] = [];
  let around = perReply;
  let exact = true;
  for (const message of request.messages) {
    around += perMessage;
    if (message.name !== undefined) {
      around += perName;
      texts.push(message.name);
    }
    if (message.content !== undefined) texts.push(message.content);
    for (const part of message.parts) {
      around += imageTokens(part);
      texts.push(...partTexts(part));
      if (part.part.case !== "text") exact = false;
    }
    const rest = restTexts(message);
    around += perTool * message.toolCalls.length;
    texts.push(...rest);
    if (rest.length > 0) exact = false;
  }
  const defined = definitionTexts(request);
  texts.push(...defined);
  around += perTool * defined.length;
  return { texts, around, exact: exact && defined.length === 0 };
}

function partTexts({ part }: Immutable<ContentPart>): readonly string[] {
  return part.case === "text" || part.case === "refusal" ? [part.value] : [];
}

function imageTokens({ part }: Immutable<ContentPart>): number {
  if (part.case !== "imageUrl") return 0;
  return part.value.detail === "low" ? perSmallImage : perImage;
}

/** What a message has besides its content. */
function restTexts(message: Immutable<ChatMessage>): string[] {
  const { reasoning, refusal, functionCall, toolCalls, toolCallId } = message;
  const texts = [reasoning, refusal, functionCall?.name, functionCall?.arguments, toolCallId];
  return [...texts, ...toolCalls.map(callText)].filter((text) => text !== undefined);
}

function callText({ function: called, custom }: Immutable<ToolCall>): string {
  return `${called?.name ?? custom?.name ?? ""}${called?.arguments ?? custom?.input ?? ""}`;
}

/** A text for each tool, function and form that a request defines. */
function definitionTexts({ tools, functions, responseFormat }: Immutable<ChatCompletionRequest>): readonly string[] {
  const form = responseFormat?.jsonSchema;
  return [
    ...tools.map(({ function: defined, custom }) =>
      defined === undefined ? `${custom?.name ?? ""}${custom?.description ?? ""}` : functionText(defined),
    ),
    ...functions.map(functionText),
    ...(form === undefined
      ? []
      : [`${form.name}${form.description ?? ""}${form.schemaJson ?? JSON.stringify(form.schema ?? {})}`]),
  ];
}

function functionText({ name, description, parametersJson, parameters }: Immutable<FunctionDefinition>): string {
  return `${name}${description ?? ""}${parametersJson ?? (parameters === undefined ? "" : JSON.stringify(parameters))}`;
}
