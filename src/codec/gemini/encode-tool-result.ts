import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { encodePart } from "./encode-part.ts";
import { arrayText, objectText, stringText } from "./object-text.ts";

/** The call that a tool's result answers. */
export interface AnsweredCall {
  readonly name: string;
  readonly id?: string | undefined;
}

/**
 * A tool's result as the JSON texts of Gemini's parts: a functionResponse, and the media that it cannot hold itself
 * (https://ai.google.dev/api/caching#FunctionResponse). A JSON object is the response as it is; anything else is its `output`.
 * @param holdsMedia whether inline media may stand in the functionResponse: Gemini 3 and later.
 */
export function encodeToolResult(
  message: Immutable<ChatMessage>,
  call: AnsweredCall,
  path: string,
  holdsMedia: boolean,
  left: LeftOutParams,
): readonly string[] {
  let text = message.content ?? "";
  const inside: string[] = [];
  const beside: string[] = [];
  message.parts.forEach((part, index) => {
    if (part.part.case === "text") text += part.part.value;
    const encoded = encodePart(part, `${path}.content[${index}]`, left);
    if (encoded?.isMedia === true) (holdsMedia && encoded.isInline ? inside : beside).push(encoded.json);
  });
  const response = objectText({
    id: stringText(call.id),
    name: JSON.stringify(call.name),
    response: isObject(text) ? text : objectText({ output: JSON.stringify(text) }),
    parts: arrayText(inside),
  });
  return [objectText({ functionResponse: response }), ...beside];
}

/** Whether a text is JSON of an object. */
export function isObject(text: string): boolean {
  try {
    const reader = new JsonReader(text);
    if (reader.kind() !== "object") return false;
    reader.skip();
    reader.end();
    return true;
  } catch (error) {
    if (error instanceof JsonProblem) return false;
    throw error;
  }
}
