import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { encodePart } from "./encode-part.ts";
import { encodeThoughts } from "./encode-thoughts.ts";
import { isObject } from "./encode-tool-result.ts";
import { leaveUnknown } from "./leave-unknown.ts";
import { objectText, stringText } from "./object-text.ts";

/** What stands for a signature on calls of another model's (https://ai.google.dev/gemini-api/docs/thought-signatures, FAQ). */
export const foreignSignature = "skip_thought_signature_validator";

/**
 * An assistant's message as the JSON texts of Gemini's parts: thoughts, parts that were kept as they came, text, calls.
 * @param needsSignature whether the first call must have a signature: then one without gets {@link foreignSignature}.
 */
export function encodeAnswer(
  message: Immutable<ChatMessage>,
  path: string,
  needsSignature: boolean,
  left: LeftOutParams,
): readonly string[] {
  const thoughts = encodeThoughts(message, path, left);
  const parts = [...thoughts.parts, ...keptParts(message.unknownFieldsJson, path, left)];
  parts.push(...signed(textParts(message, path, left), thoughts.textSignatures));
  if (message.audio !== undefined) left.leave(`${path}.audio`);
  let needed = needsSignature;
  message.toolCalls.forEach((call, index) => {
    const at = `${path}.tool_calls[${index}]`;
    for (const json of [call.unknownFieldsJson, call.function?.unknownFieldsJson, call.custom?.unknownFieldsJson]) {
      leaveUnknown(at, json, left);
    }
    parts.push(callPart(nameOf(call), argumentsOf(call), call.id, call.signature ?? (needed ? foreignSignature : undefined)));
    needed = false;
  });
  const { functionCall } = message;
  if (functionCall !== undefined) {
    const signature = needed ? foreignSignature : undefined;
    parts.push(callPart(functionCall.name, argumentsText(functionCall.arguments), "", signature));
  }
  return parts;
}

/** The name of the function that a call names. */
export const nameOf = (call: Immutable<ToolCall>): string => call.function?.name ?? call.custom?.name ?? "";

function argumentsOf({ function: functionCall, custom }: Immutable<ToolCall>): string {
  return custom === undefined
    ? argumentsText(functionCall?.arguments ?? "")
    : objectText({ input: JSON.stringify(custom.input) });
}

/** Arguments are a JSON object; a text that is none, as models sometimes write, goes inside of one. */
function argumentsText(text: string): string {
  if (text.trim() === "") return "{}";
  return isObject(text) ? text : objectText({ arguments: JSON.stringify(text) });
}

function callPart(name: string, args: string, id: string, signature: string | undefined): string {
  const functionCall = objectText({ id: id === "" ? undefined : JSON.stringify(id), name: JSON.stringify(name), args });
  return objectText({ functionCall, thoughtSignature: stringText(signature) });
}

function textParts(message: Immutable<ChatMessage>, path: string, left: LeftOutParams): string[] {
  const parts: string[] = [];
  const add = (text: string | undefined) => {
    if (text !== undefined && text !== "") parts.push(objectText({ text: JSON.stringify(text) }));
  };
  add(message.content);
  message.parts.forEach((part, index) => {
    const encoded = encodePart(part, `${path}.content[${index}]`, left);
    if (encoded !== undefined) parts.push(encoded.json);
  });
  add(message.refusal);
  return parts;
}

/** The last part with the last signature; earlier signatures, and one without a text, on empty parts of their own, as they came. */
function signed(parts: readonly string[], signatures: readonly string[]): readonly string[] {
  const last = signatures.at(-1);
  if (last === undefined) return parts;
  const alone = signatures.slice(0, -1).map((signature) => signedText("", signature));
  const text = parts.at(-1);
  const end = text === undefined ? signedText("", last) : `${text.slice(0, -1)},"thoughtSignature":${JSON.stringify(last)}}`;
  return [...parts.slice(0, -1), ...alone, end];
}

const signedText = (text: string, signature: string): string =>
  objectText({ text: JSON.stringify(text), thoughtSignature: JSON.stringify(signature) });

/** Parts that a reply kept in `parts` (see message-parts.ts), as they are; all else that is not modelled is left. */
function keptParts(unknownFieldsJson: string | undefined, path: string, left: LeftOutParams): readonly string[] {
  const parts: string[] = [];
  if (unknownFieldsJson === undefined) return parts;
  const reader = new JsonReader(unknownFieldsJson);
  reader.object((key) => {
    if (key !== "parts" || reader.kind() !== "array") {
      reader.skip();
      left.leave(`${path}.${key}`);
      return;
    }
    reader.array((index) => {
      const part = reader.raw();
      if (isKept(part)) parts.push(part);
      else left.leave(`${path}.parts[${index}]`);
    });
  });
  reader.end();
  return parts;
}

/** Whether a part is an object without anything that a message says elsewhere. */
function isKept(part: string): boolean {
  if (!part.startsWith("{")) return false;
  const reader = new JsonReader(part);
  let kept = true;
  reader.object((key) => {
    reader.skip();
    if (key === "text" || key === "functionCall" || key === "functionResponse") kept = false;
  });
  return kept;
}
