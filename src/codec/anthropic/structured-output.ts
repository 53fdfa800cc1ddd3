import type { JsonSchema, ResponseFormat } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonProblem } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { EncodedTool } from "./encode-tools.ts";
import { exactMembers } from "./exact-members.ts";
import { grammarSchema } from "./grammar-schema.ts";
import type { ModelTraits } from "./model-traits.ts";
import { outputTool } from "./reserved-names.ts";

/** How the form of a reply is asked for: one of the three. */
export interface EncodedFormat {
  /** `output_config.format` as JSON text. */
  readonly format?: string;
  /** A tool whose input is the reply. */
  readonly tool?: EncodedTool;
  /** A sentence for the system prompt. */
  readonly instruction?: string;
}

/**
 * `response_format`. A schema that the vendor can promise is its own `output_config.format`
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs). Any other is the input of a tool that the model must call,
 * and where it cannot be made to call one, an instruction. So is `json_object`, for which the vendor has nothing.
 */
export function encodeFormat(
  responseFormat: Immutable<ResponseFormat> | undefined,
  { structuredOutput, forcedTools }: ModelTraits,
  left: LeftOutParams,
): EncodedFormat {
  switch (responseFormat?.type) {
    case undefined:
    case "text":
      return {};
    case "json_object":
      return { instruction: `${onlyJson} It must be a JSON object.` };
    case "json_schema":
      break;
    default:
      left.leave("response_format");
      return {};
  }
  const { jsonSchema } = responseFormat;
  const schema = schemaText(jsonSchema);
  if (schema === undefined) return { instruction: onlyJson };
  const promised = structuredOutput ? grammarSchema(schema) : undefined;
  if (promised !== undefined) {
    if (promised.loose) left.leave("response_format.json_schema.schema");
    return { format: `{"type":"json_schema","schema":${promised.schema}}` };
  }
  if (forcedTools && isObjectSchema(schema)) return { tool: formTool(jsonSchema, schema) };
  return { instruction: `${onlyJson} It must satisfy this JSON Schema:\n${schema}` };
}

const onlyJson = "Answer with one JSON value and nothing else: no other words, no code fence.";

function schemaText(jsonSchema: Immutable<JsonSchema> | undefined): string | undefined {
  const text = jsonSchema?.schemaJson ?? (jsonSchema?.schema === undefined ? undefined : JSON.stringify(jsonSchema.schema));
  if (text === undefined) return undefined;
  try {
    exactMembers(text);
    return text;
  } catch (error) {
    throw ["schema_json", "json_schema", "response_format"].reduce((cause, step) => JsonProblem.under(step, cause), error);
  }
}

/** A tool's input is an object, by a schema without alternatives at the top. */
function isObjectSchema(schema: string): boolean {
  const members = exactMembers(schema);
  return members.get("type") === '"object"' && !["anyOf", "oneOf", "allOf"].some((keyword) => members.has(keyword));
}

function formTool(jsonSchema: Immutable<JsonSchema> | undefined, schema: string): EncodedTool {
  const what = jsonSchema?.description ?? jsonSchema?.name ?? "the answer";
  const description = JSON.stringify(`Gives the final answer in the form that was asked for: ${what}`);
  return { name: outputTool, json: `{"name":"${outputTool}","description":${description},"input_schema":${schema}}` };
}
