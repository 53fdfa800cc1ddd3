import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { FunctionDefinition } from "#gen/sluice/chat/v1/tool_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { exactObject, list } from "../json/json-object.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { encodeSchema } from "./encode-schema.ts";
import { functionCallingConfig } from "./function-calling-config.ts";
import { leaveUnknown } from "./leave-unknown.ts";
import { takesJsonSchema } from "./model-generation.ts";
import { arrayText, objectText, stringText } from "./object-text.ts";

/** The members of a body that are about tools, JSON texts. */
export interface EncodedTools {
  readonly tools: string | undefined;
  readonly toolConfig: string | undefined;
}

/**
 * Tools and the choice among them (https://ai.google.dev/api/caching#Tool). Functions only: other kinds are left, and so are the
 * deprecated `functions`, whose callers would not know a reply in `tool_calls`.
 * @param vendorTools JSON text of Gemini's own tools to offer too, an array.
 * @param streamArguments JSON text of `streamFunctionCallArguments`.
 */
export function encodeTools(
  request: Immutable<ChatCompletionRequest>,
  model: string,
  { vendorTools, streamArguments }: { readonly vendorTools: string | undefined; readonly streamArguments: string | undefined },
  left: LeftOutParams,
): EncodedTools {
  const declarations: string[] = [];
  let strict = false;
  request.tools.forEach((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.function === undefined) {
      left.leave(path);
      return;
    }
    leaveUnknown(path, tool.unknownFieldsJson, left);
    declarations.push(declaration(tool.function, `${path}.function`, model, left));
    if (tool.function.strict !== true) return;
    if (takesJsonSchema(model)) strict = true;
    else left.leave(`${path}.function.strict`);
  });
  const tools = declarations.length === 0 ? [] : [objectText({ functionDeclarations: `[${declarations.join(",")}]` })];
  if (request.webSearchOptions !== undefined) tools.push(webSearch(request.webSearchOptions, left));
  tools.push(...itemsOf(vendorTools));
  const config = functionCallingConfig(request, { offered: declarations.length > 0, strict, streamArguments }, left);
  return {
    tools: arrayText(tools),
    toolConfig: config === undefined ? undefined : objectText({ functionCallingConfig: config }),
  };
}

function declaration(definition: Immutable<FunctionDefinition>, path: string, model: string, left: LeftOutParams): string {
  leaveUnknown(path, definition.unknownFieldsJson, left);
  const given = { text: definition.parametersJson, twin: definition.parameters };
  const schema = encodeSchema(given, model, `${path}.parameters`, left);
  return objectText({
    name: JSON.stringify(definition.name),
    description: stringText(definition.description),
    [schema?.isJsonSchema === false ? "parameters" : "parametersJsonSchema"]: schema?.json,
  });
}

/** The JSON texts of an array's items. */
function itemsOf(array: string | undefined): readonly string[] {
  if (array === undefined) return [];
  try {
    return list(exactObject).read(new JsonReader(array));
  } catch (error) {
    throw JsonProblem.under("extensions.gemini.tools", error);
  }
}

function webSearch(options: Immutable<NonNullable<ChatCompletionRequest["webSearchOptions"]>>, left: LeftOutParams): string {
  if (options.searchContextSize !== undefined) left.leave("web_search_options.search_context_size");
  if (options.userLocationJson !== undefined) left.leave("web_search_options.user_location");
  leaveUnknown("web_search_options", options.unknownFieldsJson, left);
  return '{"googleSearch":{}}';
}
