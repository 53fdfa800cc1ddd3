import type {
  ChatCompletionChunk,
  ChunkChoice,
  CustomToolCallDelta,
  Delta,
  FunctionCallDelta,
  ToolCallDelta,
} from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
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
  orNull,
  text,
  unlessEmpty,
} from "../json/json-object.ts";
import { reasoningBlock, reasoningMembers, replyRole } from "./message-json.ts";
import { annotation, audioReply, finishReasonMember, logprobs, replyContent, usage } from "./reply-json.ts";

const functionCallDelta = new JsonObject<FunctionCallDelta>(
  () => ({ $typeName: "sluice.chat.v1.FunctionCallDelta" }),
  [member("name", "name", text), member("arguments", "arguments", text)],
);

const customToolCallDelta = new JsonObject<CustomToolCallDelta>(
  () => ({ $typeName: "sluice.chat.v1.CustomToolCallDelta" }),
  [member("name", "name", text), member("input", "input", text)],
);

const noIndex = -1;

const toolCallDelta = new JsonObject<ToolCallDelta>(
  () => ({ $typeName: "sluice.chat.v1.ToolCallDelta", index: noIndex }),
  [
    member("index", "index", looseCount),
    member("id", "id", text),
    member("type", "type", text),
    member("function", "function", functionCallDelta),
    member("custom", "custom", customToolCallDelta),
    member("signature", "signature", text),
  ],
);

/** Tool calls of a delta; where a vendor leaves the index out, the position is the index. */
const toolCallDeltas: JsonCodec<ToolCallDelta[]> = {
  read(reader) {
    const calls = list(toolCallDelta).read(reader);
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i];
      if (call?.index === noIndex) call.index = i;
    }
    return calls;
  },
  write: (calls) => list(toolCallDelta).write(calls),
};

const delta = new JsonObject<Delta>(
  () => ({ $typeName: "sluice.chat.v1.Delta", role: Role.UNSPECIFIED, toolCalls: [], annotations: [], reasoningBlocks: [] }),
  [
    {
      key: "role",
      read(reader, into) {
        into.role = replyRole.read(reader);
      },
      write: (from) => (from.role === Role.UNSPECIFIED ? undefined : replyRole.write(from.role)),
    } satisfies JsonMember<Delta>,
    replyContent(),
    ...reasoningMembers<Delta>(),
    member("refusal", "refusal", text),
    unlessEmpty("tool_calls", "toolCalls", toolCallDeltas),
    unlessEmpty("annotations", "annotations", list(annotation)),
    member("function_call", "functionCall", functionCallDelta),
    member("audio", "audio", audioReply),
    unlessEmpty("reasoning_blocks", "reasoningBlocks", list(reasoningBlock)),
  ],
);

const chunkChoice = new JsonObject<ChunkChoice>(
  () => ({ $typeName: "sluice.chat.v1.ChunkChoice", index: 0, finishReason: FinishReason.UNSPECIFIED }),
  [
    member("index", "index", looseCount),
    {
      ...member<ChunkChoice, "delta">("delta", "delta", delta),
      write: (from) => (from.delta === undefined ? "{}" : delta.write(from.delta)),
    },
    orNull(member("logprobs", "logprobs", logprobs)),
    finishReasonMember(),
  ],
);

/** A chunk as OpenAI's JSON. */
export const chunkJson = new JsonObject<ChatCompletionChunk>(
  () => ({
    $typeName: "sluice.chat.v1.ChatCompletionChunk",
    id: "",
    choices: [],
    created: 0,
    model: "",
    metadata: {},
    events: [],
  }),
  [
    member("id", "id", text),
    constant("object", "chat.completion.chunk"),
    member("created", "created", looseCount),
    member("model", "model", text),
    member("service_tier", "serviceTier", text),
    member("system_fingerprint", "systemFingerprint", text),
    member("choices", "choices", list(chunkChoice)),
    orNull(member("usage", "usage", usage)),
    member("obfuscation", "obfuscation", text),
    member("moderation", "moderationJson", exactObject),
    unlessEmpty("metadata", "metadata", map(text)),
    ignored("sluice"), // our own, see encodeChunk; another gateway's is about another route
  ],
);
