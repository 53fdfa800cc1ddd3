import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { encodeSchema } from "./encode-schema.ts";
import { leaveUnknown } from "./leave-unknown.ts";
import { arrayText, objectText } from "./object-text.ts";
import { thinkingConfig } from "./thinking-config.ts";

/**
 * JSON text of the generationConfig (https://ai.google.dev/api/generate-content#generationconfig); undefined when it would be empty.
 * @param options Gemini's own members, name and JSON text; of them `thinkingConfig` stands for the request's reasoning effort.
 */
export function generationConfig(
  request: Immutable<ChatCompletionRequest>,
  model: string,
  options: Readonly<Record<string, string>>,
  left: LeftOutParams,
): string | undefined {
  const text = objectText({
    temperature: numberText(request.temperature),
    topP: numberText(request.topP),
    maxOutputTokens: numberText(request.maxCompletionTokens ?? request.maxTokens),
    candidateCount: request.n === 1 ? undefined : numberText(request.n),
    stopSequences: arrayText(request.stop.map((word) => JSON.stringify(word))),
    seed: seedText(request.seed, left),
    presencePenalty: numberText(request.presencePenalty),
    frequencyPenalty: numberText(request.frequencyPenalty),
    ...logprobs(request),
    ...responseFormat(request, model, left),
    thinkingConfig: options.thinkingConfig === undefined ? thinkingConfig(request.reasoningEffort, model, left) : undefined,
    ...options,
  });
  return text === "{}" ? undefined : text;
}

const numberText = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));

/** A seed is a whole number of 32 bits. */
function seedText(seed: number | undefined, left: LeftOutParams): string | undefined {
  if (seed === undefined || (seed | 0) === seed) return numberText(seed);
  left.leave("seed", String(seed));
  return undefined;
}

function logprobs({
  logprobs: wanted,
  topLogprobs,
}: Immutable<ChatCompletionRequest>): Readonly<Record<string, string | undefined>> {
  if (wanted !== true) return {};
  return { responseLogprobs: "true", logprobs: topLogprobs === 0 ? undefined : numberText(topLogprobs) };
}

function responseFormat(
  { responseFormat: format }: Immutable<ChatCompletionRequest>,
  model: string,
  left: LeftOutParams,
): Readonly<Record<string, string | undefined>> {
  if (format === undefined || format.type === "text") return {};
  leaveUnknown("response_format", format.unknownFieldsJson, left);
  if (format.type === "json_object") return { responseMimeType: '"application/json"' };
  const { jsonSchema } = format;
  if (format.type !== "json_schema" || jsonSchema === undefined) {
    left.leave("response_format");
    return {};
  }
  const path = "response_format.json_schema";
  if (jsonSchema.description !== undefined) left.leave(`${path}.description`);
  leaveUnknown(path, jsonSchema.unknownFieldsJson, left);
  const schema = encodeSchema({ text: jsonSchema.schemaJson, twin: jsonSchema.schema }, model, `${path}.schema`, left);
  return {
    responseMimeType: '"application/json"',
    [schema?.isJsonSchema === false ? "responseSchema" : "responseJsonSchema"]: schema?.json,
  };
}
