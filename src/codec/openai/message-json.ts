import {
  type AudioPart,
  type AudioReference,
  type ChatMessage,
  type ContentPart,
  type FilePart,
  type ImagePart,
  Role,
} from "#gen/sluice/chat/v1/chat_message_pb";
import type { ReasoningBlock } from "#gen/sluice/chat/v1/reasoning_block_pb";
import { type JsonCodec, type JsonMember, JsonObject, list, looseCount, member, text, unlessEmpty } from "../json/json-object.ts";
import { functionCall, toolCall } from "./tool-json.ts";

const roleNames = new Map<string, Role>([
  ["system", Role.SYSTEM],
  ["developer", Role.DEVELOPER],
  ["user", Role.USER],
  ["assistant", Role.ASSISTANT],
  ["tool", Role.TOOL],
  ["function", Role.FUNCTION],
]);
const namesOfRoles = new Map([...roleNames].map(([name, role]) => [role, name]));

/** A role by OpenAI's name. */
export const role: JsonCodec<Role> = {
  read(reader) {
    const name = reader.string();
    const value = roleNames.get(name);
    if (value === undefined) reader.fail(`must be one of ${[...roleNames.keys()].join(", ")}`);
    return value ?? Role.UNSPECIFIED;
  },
  write: (value) => JSON.stringify(namesOfRoles.get(value) ?? "assistant"),
};

/** A role in a reply: another word than OpenAI's is the model's own. */
export const replyRole: JsonCodec<Role> = {
  read: (reader) => roleNames.get(reader.string()) ?? Role.ASSISTANT,
  write: role.write,
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const dataUrl = (bytes: Uint8Array, mediaType: string): string => JSON.stringify(`data:${mediaType};base64,${base64(bytes)}`);

const imagePart = new JsonObject<ImagePart>(
  () => ({ $typeName: "sluice.chat.v1.ImagePart", url: "", raw: new Uint8Array() }),
  [
    {
      key: "url",
      read(reader, into) {
        into.url = reader.string();
      },
      write: (from) => (from.raw.length > 0 ? dataUrl(from.raw, from.mediaType ?? "image/png") : JSON.stringify(from.url)),
    },
    member("detail", "detail", text),
  ],
);

const audioPart = new JsonObject<AudioPart>(
  () => ({ $typeName: "sluice.chat.v1.AudioPart", data: "", format: "", raw: new Uint8Array() }),
  [
    {
      key: "data",
      read(reader, into) {
        into.data = reader.string();
      },
      write: (from) => JSON.stringify(from.raw.length > 0 ? base64(from.raw) : from.data),
    },
    member("format", "format", text),
  ],
);

const filePart = new JsonObject<FilePart>(
  () => ({ $typeName: "sluice.chat.v1.FilePart", raw: new Uint8Array() }),
  [
    member("filename", "filename", text),
    {
      key: "file_data",
      read(reader, into) {
        into.fileData = reader.string();
      },
      write(from) {
        if (from.raw.length > 0) return dataUrl(from.raw, from.mediaType ?? "application/octet-stream");
        return from.fileData === undefined ? undefined : JSON.stringify(from.fileData);
      },
    },
    member("file_id", "fileId", text),
  ],
);

const partTypes = { text: "text", imageUrl: "image_url", inputAudio: "input_audio", file: "file", refusal: "refusal" } as const;

type PartValue<C extends keyof typeof partTypes> = Extract<ContentPart["part"], { case: C }>["value"];

/** A member of the oneof `part`. */
function partMember<C extends keyof typeof partTypes>(kind: C, codec: JsonCodec<PartValue<C>>): JsonMember<ContentPart> {
  return {
    key: partTypes[kind],
    read(reader, into) {
      if (into.part.case !== undefined) reader.fail(`cannot stand beside ${partTypes[into.part.case]}`);
      into.part = { case: kind, value: codec.read(reader) } as ContentPart["part"]; // the codec gives the kind's own value
    },
    write: (from) => (from.part.case === kind ? codec.write(from.part.value as PartValue<C>) : undefined), // of its case
  };
}

const contentPart = new JsonObject<ContentPart>(
  () => ({ $typeName: "sluice.chat.v1.ContentPart", part: { case: undefined } }),
  [
    {
      key: "type",
      read(reader, into) {
        into.type = reader.string();
      },
      write: (from) => JSON.stringify(from.type ?? (from.part.case === undefined ? "text" : partTypes[from.part.case])),
    },
    partMember("text", text),
    partMember("imageUrl", imagePart),
    partMember("inputAudio", audioPart),
    partMember("file", filePart),
    partMember("refusal", text),
  ],
);

/** `content` as a string or as an array of parts. */
export function contentMember<M extends { content?: string | undefined; parts: ContentPart[] }>(): JsonMember<M> {
  return {
    key: "content",
    read(reader, into) {
      const kind = reader.kind();
      if (kind === "string") into.content = reader.string();
      else if (kind === "array") into.parts = list(contentPart).read(reader);
      else reader.fail("must be a string or an array of content parts");
    },
    write(from) {
      if (from.content !== undefined) return JSON.stringify(from.content);
      return from.parts.length === 0 ? undefined : list(contentPart).write(from.parts);
    },
  };
}

/** What a message or a delta has of a model's reasoning. */
export interface WithReasoning {
  reasoning?: string | undefined;
  reasoningField?: string | undefined;
}

const reasoningKeys = ["reasoning_content", "reasoning"] as const;

/** `reasoning_content` and `reasoning` of a reply: two vendors' names of one thing. The first string with something in it counts. */
export function reasoningMembers<M extends WithReasoning>(): JsonMember<M>[] {
  return reasoningKeys.map((key) => ({
    key,
    read(reader, into) {
      if (reader.kind() !== "string" || into.reasoning) {
        reader.skip();
        return;
      }
      into.reasoning = reader.string();
      into.reasoningField = key === "reasoning" ? key : undefined;
    },
    write: (from) =>
      from.reasoning === undefined || (from.reasoningField ?? "reasoning_content") !== key
        ? undefined
        : JSON.stringify(from.reasoning),
  }));
}

/** The same of a request, where nothing may get lost: what is no string, or comes second, stays beside it as it is. */
function givenReasoning<M extends WithReasoning>(): JsonMember<M>[] {
  return reasoningMembers<M>().map((member) => ({
    ...member,
    fits: (reader, into) => reader.kind() === "string" && into.reasoning === undefined,
  }));
}

const reasoningBlockOf = (unknown: "refuse" | "drop") =>
  new JsonObject<ReasoningBlock>(
    () => ({ $typeName: "sluice.chat.v1.ReasoningBlock", length: 0 }),
    [
      member("length", "length", looseCount),
      member("signature", "signature", text),
      member("redacted_data", "redactedData", text),
      member("vendor", "vendor", text),
    ],
    unknown,
  );

/** A block of a reply's reasoning. */
export const reasoningBlock = reasoningBlockOf("drop");

const audioReference = new JsonObject<AudioReference>(
  () => ({ $typeName: "sluice.chat.v1.AudioReference", id: "" }),
  [member("id", "id", text)],
);

const messageObject = new JsonObject<ChatMessage>(
  () => ({ $typeName: "sluice.chat.v1.ChatMessage", role: Role.UNSPECIFIED, parts: [], toolCalls: [], reasoningBlocks: [] }),
  [
    member("role", "role", role),
    contentMember(),
    member("name", "name", text),
    unlessEmpty("tool_calls", "toolCalls", list(toolCall)),
    member("tool_call_id", "toolCallId", text),
    member("refusal", "refusal", text),
    member("audio", "audio", audioReference),
    member("function_call", "functionCall", functionCall),
    ...givenReasoning<ChatMessage>(),
    unlessEmpty("reasoning_blocks", "reasoningBlocks", list(reasoningBlockOf("refuse"))),
  ],
);

/** A message of a request. */
export const chatMessage: JsonCodec<ChatMessage> = {
  read(reader) {
    const message = messageObject.read(reader);
    if (message.role === Role.UNSPECIFIED) reader.fail("is missing", "role");
    return message;
  },
  write: (message) => messageObject.write(message),
};
