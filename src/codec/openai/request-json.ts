import type {
  AudioOptions,
  ChatCompletionRequest,
  JsonSchema,
  Prediction,
  PromptTemplate,
  ResponseFormat,
  StreamOptions,
  WebSearchOptions,
} from "#gen/sluice/chat/v1/chat_completion_request_pb";
import {
  count,
  exactObject,
  flag,
  type JsonCodec,
  type JsonMember,
  JsonObject,
  list,
  map,
  member,
  number,
  text,
  unlessEmpty,
} from "../json/json-object.ts";
import { chatMessage, contentMember } from "./message-json.ts";
import { functionCallChoice, functionDefinition, schemaMember, tool, toolChoice } from "./tool-json.ts";

const jsonSchema = new JsonObject<JsonSchema>(
  () => ({ $typeName: "sluice.chat.v1.JsonSchema", name: "" }),
  [
    member("name", "name", text),
    member("description", "description", text),
    schemaMember<JsonSchema>(
      "schema",
      {
        get: (from) => from.schemaJson,
        set(into, value) {
          into.schemaJson = value;
        },
      },
      (from) => from.schema,
    ),
    member("strict", "strict", flag),
  ],
);

const responseFormat = new JsonObject<ResponseFormat>(
  () => ({ $typeName: "sluice.chat.v1.ResponseFormat", type: "" }),
  [member("type", "type", text), member("json_schema", "jsonSchema", jsonSchema)],
);

const streamOptions = new JsonObject<StreamOptions>(
  () => ({ $typeName: "sluice.chat.v1.StreamOptions" }),
  [member("include_usage", "includeUsage", flag), member("include_obfuscation", "includeObfuscation", flag)],
);

const customVoice = new JsonObject<{ id: string }>(() => ({ id: "" }), [member("id", "id", text)], "refuse");

const audioOptions = new JsonObject<AudioOptions>(
  () => ({ $typeName: "sluice.chat.v1.AudioOptions", voice: "", format: "" }),
  [
    {
      key: "voice",
      read(reader, into) {
        if (reader.kind() === "string") into.voice = reader.string();
        else into.voiceId = customVoice.read(reader).id;
      },
      write: (from) => (from.voiceId === undefined ? JSON.stringify(from.voice) : JSON.stringify({ id: from.voiceId })),
    },
    member("format", "format", text),
  ],
);

const prediction = new JsonObject<Prediction>(
  () => ({ $typeName: "sluice.chat.v1.Prediction", parts: [] }),
  [
    {
      key: "type",
      read(reader, into) {
        into.type = reader.string();
      },
      write: (from) => JSON.stringify(from.type ?? "content"),
    },
    contentMember(),
  ],
);

const webSearchOptions = new JsonObject<WebSearchOptions>(
  () => ({ $typeName: "sluice.chat.v1.WebSearchOptions" }),
  [
    member("search_context_size", "searchContextSize", text),
    member("user_location", "userLocationJson", exactObject, "user_location_json"),
  ],
);

const promptTemplate = new JsonObject<PromptTemplate>(
  () => ({ $typeName: "sluice.chat.v1.PromptTemplate", id: "" }),
  [
    member("id", "id", text),
    member("version", "version", text),
    schemaMember<PromptTemplate>(
      "variables",
      {
        get: (from) => from.variablesJson,
        set(into, value) {
          into.variablesJson = value;
        },
      },
      (from) => from.variables,
    ),
  ],
  "refuse",
);

/** `stop`: a string or an array of strings. */
const stop: JsonCodec<string[]> = {
  read: (reader) => (reader.kind() === "string" ? [reader.string()] : list(text).read(reader)),
  write: (value) => list(text).write(value),
};

/** Sluice's own members of a body: read from clients, never sent to a vendor. */
export const ownMembers: ReadonlySet<string> = new Set(["prompt_template", "extensions"]);

type Member = JsonMember<ChatCompletionRequest>;

/** A chat completion request as OpenAI's JSON. */
export const requestJson = new JsonObject<ChatCompletionRequest>(
  () => ({
    $typeName: "sluice.chat.v1.ChatCompletionRequest",
    messages: [],
    model: "",
    logitBias: {},
    stop: [],
    tools: [],
    modalities: [],
    metadata: {},
    functions: [],
    extensionsJson: {},
  }),
  [
    member("model", "model", text),
    member("messages", "messages", list(chatMessage)),
    member("frequency_penalty", "frequencyPenalty", number),
    unlessEmpty("logit_bias", "logitBias", map(number)),
    member("logprobs", "logprobs", flag),
    member("top_logprobs", "topLogprobs", count),
    member("max_tokens", "maxTokens", count),
    member("max_completion_tokens", "maxCompletionTokens", count),
    member("n", "n", count),
    member("presence_penalty", "presencePenalty", number),
    member("response_format", "responseFormat", responseFormat),
    member("seed", "seed", number),
    unlessEmpty("stop", "stop", stop),
    member("stream", "stream", flag),
    member("stream_options", "streamOptions", streamOptions),
    member("temperature", "temperature", number),
    member("top_p", "topP", number),
    unlessEmpty("tools", "tools", list(tool)),
    member("tool_choice", "toolChoice", toolChoice),
    member("parallel_tool_calls", "parallelToolCalls", flag),
    member("user", "user", text),
    member("safety_identifier", "safetyIdentifier", text),
    member("prompt_cache_key", "promptCacheKey", text),
    member("reasoning_effort", "reasoningEffort", text),
    member("verbosity", "verbosity", text),
    unlessEmpty("modalities", "modalities", list(text)),
    member("audio", "audio", audioOptions),
    member("prediction", "prediction", prediction),
    member("service_tier", "serviceTier", text),
    member("store", "store", flag),
    unlessEmpty("metadata", "metadata", map(text)),
    member("web_search_options", "webSearchOptions", webSearchOptions),
    unlessEmpty("functions", "functions", list(functionDefinition)),
    member("function_call", "functionCall", functionCallChoice),
    member("prompt_cache_retention", "promptCacheRetention", text),
    member("prompt_cache_options", "promptCacheOptionsJson", exactObject, "prompt_cache_options_json"),
    member("moderation", "moderationJson", exactObject, "moderation_json"),
    member("prompt_template", "promptTemplate", promptTemplate),
    unlessEmpty("extensions", "extensionsJson", map(exactObject)),
  ] satisfies Member[],
);

/** The names of a request's members that the contract models. */
export const modelledMembers: ReadonlySet<string> = new Set(requestJson.keys);
