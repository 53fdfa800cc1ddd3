import type { ChatCompletionRequest, JsonSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";
import type { ModelTraits } from "./model-traits.ts";
import { replyTool } from "./reply-tool.ts";
import { unknownMembers } from "./unknown-members.ts";

/** How the form of a reply is asked for. */
export interface ResponseFormat {
  /** The value of `outputConfig.textFormat`. */
  readonly textFormat?: string;
  /** A tool that the model must call, an element of `toolConfig.tools`. */
  readonly tool?: string;
}

/**
 * The form that the reply must have: by Bedrock's own means (https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html)
 * or by a tool the model must call. JSON without a schema is no form there, and is left out.
 * @throws GatewayError `invalid_request` for a schema that is none.
 */
export function responseFormat(
  request: Immutable<ChatCompletionRequest>,
  traits: ModelTraits,
  left: LeftOutParams,
): ResponseFormat {
  const format = request.responseFormat;
  if (format === undefined || format.type === "text") return {};
  const schema = format.jsonSchema;
  if (format.type !== "json_schema" || schema === undefined || traits.structured === undefined) {
    left.leave("response_format");
    return {};
  }
  unknownMembers(format.unknownFieldsJson, "response_format", left);
  unknownMembers(schema.unknownFieldsJson, "response_format.json_schema", left);
  const text = schemaText(schema);
  const description = schema.description === undefined ? "" : `,"description":${JSON.stringify(schema.description)}`;
  if (traits.structured === "tool") {
    return { tool: `{"toolSpec":{"name":"${replyTool}"${description},"inputSchema":{"json":${text}}}}` };
  }
  const jsonSchema = `{"schema":${JSON.stringify(text)},"name":${JSON.stringify(schema.name)}${description}}`;
  return { textFormat: `{"type":"json_schema","structure":{"jsonSchema":${jsonSchema}}}` };
}

function schemaText(schema: Immutable<JsonSchema>): string {
  const text = schema.schemaJson ?? (schema.schema === undefined ? undefined : JSON.stringify(schema.schema));
  const param = "response_format.json_schema.schema";
  if (text === undefined) throw new GatewayError("invalid_request", `${param}: is missing`, { param });
  readingRequest(() => {
    const reader = new JsonReader(text);
    reader.object(() => reader.skip());
    reader.end();
  });
  return text;
}
