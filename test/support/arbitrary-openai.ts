import fc from "fast-check";
import { type ChatCompletionChunk, ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { type ChatCompletionRequest, ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import {
  type ChatCompletionResponse,
  ChatCompletionResponseSchema,
  FinishReason,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { arbitraryJsonObjectText, arbitraryJsonText, arbitraryUnknownFields } from "./arbitrary-json-text.ts";
import { arbitraryMessage, type MessageRules } from "./arbitrary-message.ts";

type Fields = Record<string, unknown>;

const partNames: Readonly<Record<string, string>> = { imageUrl: "image_url", inputAudio: "input_audio" };

/** Keeps one of `content` and `parts`. */
function contentOrParts(fields: Fields): void {
  if (fields.content !== undefined) fields.parts = [];
}

/** OpenAI's JSON has the name of the reasoning only where there is some, and no name means `reasoning_content`. */
function namedReasoning(fields: Fields): void {
  if (fields.reasoning === undefined || fields.reasoningField === "reasoning_content") delete fields.reasoningField;
}

/** A tool or a call: one kind, and its name. */
function oneKind(fields: Fields): void {
  if (fields.custom !== undefined) delete fields.function;
  fields.type = fields.custom === undefined ? "function" : "custom";
}

function rawOnlyWithOther(fields: Fields): void {
  if (fields.finishReason === FinishReason.OTHER) fields.finishReasonRaw ??= "eos";
  else delete fields.finishReasonRaw;
}

/** What OpenAI's JSON can say of the contract's messages. */
const rules: MessageRules = {
  fields: {
    unknown_fields_json: arbitraryUnknownFields,
    parameters_json: arbitraryJsonObjectText,
    schema_json: arbitraryJsonObjectText,
    user_location_json: arbitraryJsonObjectText,
    prompt_cache_options_json: arbitraryJsonObjectText,
    moderation_json: arbitraryJsonObjectText,
    tools_json: fc.array(arbitraryJsonText, { maxLength: 2 }),
    reasoning_field: fc.constantFrom("reasoning", "reasoning_content"),
    finish_reason_raw: fc.string({ minLength: 1 }).map((word) => `x${word}`),
    // Twins and bytes have other forms in JSON: they have tests of their own.
    parameters: null,
    schema: null,
    raw: null,
    media_type: null,
    // Not part of a body that goes upstream, or decided by the call.
    prompt_template: null,
    extensions_json: null,
    stream: null,
    stream_options: null,
    "ChatCompletionRequest.metadata": fc.constant({}),
    "ChatMessage.role": fc.constantFrom(Role.SYSTEM, Role.DEVELOPER, Role.USER, Role.ASSISTANT, Role.TOOL, Role.FUNCTION),
    "ResponseMessage.role": fc.constant(Role.ASSISTANT),
    // Sluice's own, not in OpenAI's JSON.
    estimated: null,
    events: null,
    cost: null,
    route: null,
  },
  together: {
    ChatMessage(fields) {
      contentOrParts(fields);
      namedReasoning(fields);
    },
    Prediction(fields) {
      contentOrParts(fields);
      fields.type = "content";
    },
    ContentPart(fields) {
      const kind = (fields.part as { case: string }).case;
      fields.type = partNames[kind] ?? kind;
    },
    AudioOptions(fields) {
      if (fields.voiceId !== undefined) fields.voice = "";
    },
    Tool: oneKind,
    ToolCall: oneKind,
    ToolChoice(fields) {
      if ((fields.choice as { case: string }).case === "mode") delete fields.unknownFieldsJson;
    },
    Delta: namedReasoning,
    ResponseMessage: namedReasoning,
    ChunkChoice(fields) {
      rawOnlyWithOther(fields);
      fields.delta ??= {};
    },
    Choice(fields) {
      rawOnlyWithOther(fields);
    },
  },
};

/** Any request, as far as OpenAI's JSON can say it. */
export const arbitraryOpenAiRequest: fc.Arbitrary<ChatCompletionRequest> = arbitraryMessage(ChatCompletionRequestSchema, rules);

/** Any chunk, as far as OpenAI's JSON can say it. */
export const arbitraryOpenAiChunk: fc.Arbitrary<ChatCompletionChunk> = arbitraryMessage(ChatCompletionChunkSchema, rules);

/** Any whole reply, as far as OpenAI's JSON can say it. */
export const arbitraryOpenAiResponse: fc.Arbitrary<ChatCompletionResponse> = arbitraryMessage(
  ChatCompletionResponseSchema,
  rules,
);
