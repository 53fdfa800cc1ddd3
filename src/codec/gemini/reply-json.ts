import type { Logprobs } from "#gen/sluice/chat/v1/logprobs_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import {
  exactObject,
  flag,
  type JsonCodec,
  type JsonMember,
  JsonObject,
  list,
  looseCount,
  member,
  text,
} from "../json/json-object.ts";
import { type CitedSpans, citationsJson, groundingJson } from "./cited-spans-json.ts";
import { compactJson } from "./compact-json.ts";
import { type FunctionCallPiece, functionCallJson } from "./function-call-json.ts";
import { logprobsJson } from "./logprobs-json.ts";
import { usageJson } from "./usage-json.ts";

/** GenerateContentResponse (https://ai.google.dev/api/generate-content#generatecontentresponse), whole or a chunk of a stream. */
export interface Reply {
  candidates: Candidate[];
  blockReason?: string;
  /** The whole of promptFeedback: exact JSON text. */
  promptFeedback?: string;
  usage?: Usage;
  /** When the reply was asked for (RFC 3339). */
  createTime?: string;
  modelVersion?: string;
  responseId?: string;
  /** An error that came in the place of a reply. */
  error?: string;
  unknownFieldsJson?: string;
}

/** One alternative. */
export interface Candidate {
  index: number;
  parts: Part[];
  finishReason?: string;
  logprobs?: Logprobs;
  grounding?: CitedSpans;
  citations?: CitedSpans;
  unknownFieldsJson?: string;
}

/** A part of a candidate's content. */
export interface Part {
  text?: string;
  thought?: boolean;
  thoughtSignature?: string;
  functionCall?: FunctionCallPiece;
  /** Its exact JSON text. */
  raw: string;
}

const partMembers = new JsonObject<Part>(
  () => ({ raw: "" }),
  [
    member("text", "text", text),
    member("thought", "thought", flag),
    member("thoughtSignature", "thoughtSignature", text),
    member("functionCall", "functionCall", functionCallJson),
  ],
  "drop", // a part of another kind is kept whole
);

const part: JsonCodec<Part> = {
  read(reader) {
    const start = reader.position();
    const value = partMembers.read(reader);
    value.raw = reader.since(start);
    return value;
  },
  write: ({ raw }) => raw,
};

const content = new JsonObject<{ parts?: Part[] }>(() => ({}), [member("parts", "parts", list(part))], "drop");

/** A member that is only read. */
function reading<M>(key: string, read: JsonMember<M>["read"]): JsonMember<M> {
  return { key, read, write: () => undefined };
}

const candidate = new JsonObject<Candidate>(
  () => ({ index: 0, parts: [] }),
  [
    member("index", "index", looseCount),
    reading("content", (reader, into) => {
      into.parts = content.read(reader).parts ?? [];
    }),
    member("finishReason", "finishReason", text),
    member("logprobsResult", "logprobs", logprobsJson),
    member("groundingMetadata", "grounding", groundingJson),
    member("citationMetadata", "citations", citationsJson),
  ],
);

const promptFeedback = new JsonObject<{ blockReason?: string }>(() => ({}), [member("blockReason", "blockReason", text)], "drop");

/** A reply, or a chunk of one. */
export const replyJson = new JsonObject<Reply>(
  () => ({ candidates: [] }),
  [
    member("candidates", "candidates", list(candidate)),
    reading("promptFeedback", (reader, into) => {
      const start = reader.position();
      const { blockReason } = promptFeedback.read(reader);
      if (blockReason && blockReason !== "BLOCKED_REASON_UNSPECIFIED") into.blockReason = blockReason;
      into.promptFeedback = compactJson(reader.since(start));
    }),
    reading("usageMetadata", (reader, into) => {
      const usage = usageJson.read(reader);
      if (usage.totalTokens > 0) into.usage = usage; // while a stream goes on, Vertex AI tells no counts
    }),
    member("createTime", "createTime", text),
    member("modelVersion", "modelVersion", text),
    member("responseId", "responseId", text),
    member("error", "error", exactObject),
  ],
);
