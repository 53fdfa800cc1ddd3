import {
  type Annotation,
  type AudioReply,
  type ChatCompletionResponse,
  type Choice,
  FinishReason,
  type ResponseMessage,
  type UrlCitation,
} from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Logprobs, TokenLogprob, TopLogprob } from "#gen/sluice/chat/v1/logprobs_pb";
import type { CompletionTokensDetails, PromptTokensDetails, Usage } from "#gen/sluice/chat/v1/usage_pb";
import {
  constant,
  exactObject,
  ignored,
  type JsonCodec,
  type JsonMember,
  JsonObject,
  list,
  looseCount,
  map,
  member,
  number,
  orNull,
  text,
  unlessEmpty,
} from "../json/json-object.ts";
import { JsonReader } from "../json/json-reader.ts";
import { reasoningBlock, reasoningMembers, replyRole } from "./message-json.ts";
import { functionCall, toolCall } from "./tool-json.ts";

const finishReasons = new Map<string, FinishReason>([
  ["stop", FinishReason.STOP],
  ["length", FinishReason.LENGTH],
  ["tool_calls", FinishReason.TOOL_CALLS],
  ["content_filter", FinishReason.CONTENT_FILTER],
  ["function_call", FinishReason.FUNCTION_CALL],
]);
const wordsOfFinishReasons = new Map([...finishReasons].map(([word, reason]) => [reason, JSON.stringify(word)]));

/** `finish_reason`: OpenAI's words as the enum, another word in `finish_reason_raw`; null while the choice goes on. */
export function finishReasonMember<
  M extends { finishReason: FinishReason; finishReasonRaw?: string | undefined },
>(): JsonMember<M> {
  return {
    key: "finish_reason",
    read(reader, into) {
      const word = reader.string();
      into.finishReason = finishReasons.get(word) ?? (word === "" ? FinishReason.UNSPECIFIED : FinishReason.OTHER);
      if (into.finishReason === FinishReason.OTHER) into.finishReasonRaw = word;
    },
    write(from) {
      if (from.finishReason === FinishReason.OTHER) return JSON.stringify(from.finishReasonRaw ?? "stop");
      return wordsOfFinishReasons.get(from.finishReason) ?? "null";
    },
  };
}

/** A token's bytes: an array of numbers on the wire. */
const byteArray: JsonCodec<Uint8Array> = {
  read: (reader) => Uint8Array.from(list(number).read(reader)),
  write: (bytes) => `[${bytes.join(",")}]`,
};

const topLogprob = new JsonObject<TopLogprob>(
  () => ({ $typeName: "sluice.chat.v1.TopLogprob", token: "", logprob: 0 }),
  [member("token", "token", text), member("logprob", "logprob", number), orNull(member("bytes", "bytes", byteArray))],
);

const tokenLogprob = new JsonObject<TokenLogprob>(
  () => ({ $typeName: "sluice.chat.v1.TokenLogprob", token: "", logprob: 0, topLogprobs: [] }),
  [
    member("token", "token", text),
    member("logprob", "logprob", number),
    orNull(member("bytes", "bytes", byteArray)),
    member("top_logprobs", "topLogprobs", list(topLogprob)),
  ],
);

/** A choice's log probabilities. */
export const logprobs = new JsonObject<Logprobs>(
  () => ({ $typeName: "sluice.chat.v1.Logprobs", content: [], refusal: [] }),
  [orNull(unlessEmpty("content", "content", list(tokenLogprob))), orNull(unlessEmpty("refusal", "refusal", list(tokenLogprob)))],
);

const promptTokensDetails = new JsonObject<PromptTokensDetails>(
  () => ({ $typeName: "sluice.chat.v1.PromptTokensDetails" }),
  [
    member("cached_tokens", "cachedTokens", looseCount),
    member("audio_tokens", "audioTokens", looseCount),
    member("text_tokens", "textTokens", looseCount),
    member("image_tokens", "imageTokens", looseCount),
    member("cache_write_tokens", "cacheWriteTokens", looseCount),
  ],
);

const completionTokensDetails = new JsonObject<CompletionTokensDetails>(
  () => ({ $typeName: "sluice.chat.v1.CompletionTokensDetails" }),
  [
    member("reasoning_tokens", "reasoningTokens", looseCount),
    member("audio_tokens", "audioTokens", looseCount),
    member("accepted_prediction_tokens", "acceptedPredictionTokens", looseCount),
    member("rejected_prediction_tokens", "rejectedPredictionTokens", looseCount),
    member("text_tokens", "textTokens", looseCount),
  ],
);

/** Tokens used. */
export const usage = new JsonObject<Usage>(
  () => ({ $typeName: "sluice.chat.v1.Usage", promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: false }),
  [
    member("prompt_tokens", "promptTokens", looseCount),
    member("completion_tokens", "completionTokens", looseCount),
    member("total_tokens", "totalTokens", looseCount),
    member("prompt_tokens_details", "promptTokensDetails", promptTokensDetails),
    member("completion_tokens_details", "completionTokensDetails", completionTokensDetails),
  ],
);

const urlCitation = new JsonObject<UrlCitation>(
  () => ({ $typeName: "sluice.chat.v1.UrlCitation", startIndex: 0, endIndex: 0, url: "", title: "" }),
  [
    member("start_index", "startIndex", looseCount),
    member("end_index", "endIndex", looseCount),
    member("url", "url", text),
    member("title", "title", text),
  ],
);

/** A citation or the like. */
export const annotation = new JsonObject<Annotation>(
  () => ({ $typeName: "sluice.chat.v1.Annotation", type: "" }),
  [member("type", "type", text), member("url_citation", "urlCitation", urlCitation)],
);

/** Audio output, whole or a piece. */
export const audioReply = new JsonObject<AudioReply>(
  () => ({ $typeName: "sluice.chat.v1.AudioReply" }),
  [
    member("id", "id", text),
    member("data", "data", text),
    member("transcript", "transcript", text),
    member("expires_at", "expiresAt", looseCount),
  ],
);

/** What a reply's content becomes part of. */
interface WithContent {
  content?: string | undefined;
  reasoning?: string | undefined;
  annotations: Annotation[];
}

/**
 * `content` of a reply: a string, or (Mistral) an array of text and thinking parts. Parts of another kind, such as references, become
 * annotations of that kind.
 */
export function replyContent<M extends WithContent>(): JsonMember<M> {
  const part = new JsonObject<ReplyPart>(
    () => ({ type: "" }),
    [
      member("type", "type", text),
      member("text", "text", text),
      {
        key: "thinking",
        read(reader, into) {
          if (reader.kind() === "string") into.thinking = reader.string();
          else
            into.thinking = list(thought)
              .read(reader)
              .map((piece) => piece.text)
              .join("");
        },
        write: () => undefined,
      },
    ],
    "drop",
  );
  return {
    key: "content",
    read(reader, into) {
      if (reader.kind() === "string") {
        into.content = reader.string();
        return;
      }
      reader.array(() => {
        const json = reader.raw();
        const piece = part.read(new JsonReader(json));
        if (piece.text !== undefined) into.content = (into.content ?? "") + piece.text;
        if (piece.thinking !== undefined) into.reasoning = (into.reasoning ?? "") + piece.thinking;
        if (piece.text === undefined && piece.thinking === undefined)
          into.annotations.push(annotation.read(new JsonReader(json)));
      });
    },
    write: (from) => (from.content === undefined ? undefined : JSON.stringify(from.content)),
  };
}

interface ReplyPart {
  type: string;
  text?: string;
  thinking?: string;
}

const thought = new JsonObject<{ text: string }>(() => ({ text: "" }), [member("text", "text", text)], "drop");

const responseMessage = new JsonObject<ResponseMessage>(
  () => ({
    $typeName: "sluice.chat.v1.ResponseMessage",
    role: Role.ASSISTANT,
    toolCalls: [],
    annotations: [],
    reasoningBlocks: [],
  }),
  [
    member("role", "role", replyRole),
    orNull(replyContent()),
    ...reasoningMembers<ResponseMessage>(),
    orNull(member("refusal", "refusal", text)),
    unlessEmpty("tool_calls", "toolCalls", list(toolCall)),
    unlessEmpty("annotations", "annotations", list(annotation)),
    member("function_call", "functionCall", functionCall),
    member("audio", "audio", audioReply),
    unlessEmpty("reasoning_blocks", "reasoningBlocks", list(reasoningBlock)),
  ],
);

const choice = new JsonObject<Choice>(
  () => ({ $typeName: "sluice.chat.v1.Choice", index: 0, finishReason: FinishReason.UNSPECIFIED }),
  [
    member("index", "index", looseCount),
    member("message", "message", responseMessage),
    orNull(member("logprobs", "logprobs", logprobs)),
    finishReasonMember(),
  ],
);

/** A whole reply as OpenAI's JSON. */
export const responseJson = new JsonObject<ChatCompletionResponse>(
  () => ({
    $typeName: "sluice.chat.v1.ChatCompletionResponse",
    id: "",
    choices: [],
    created: 0,
    model: "",
    metadata: {},
    events: [],
  }),
  [
    member("id", "id", text),
    constant("object", "chat.completion"),
    member("created", "created", looseCount),
    member("model", "model", text),
    member("choices", "choices", list(choice)),
    member("usage", "usage", usage),
    member("service_tier", "serviceTier", text),
    member("system_fingerprint", "systemFingerprint", text),
    member("moderation", "moderationJson", exactObject),
    unlessEmpty("metadata", "metadata", map(text)),
    ignored("sluice"), // our own, see encodeResponse; another gateway's is about another route
  ],
);
