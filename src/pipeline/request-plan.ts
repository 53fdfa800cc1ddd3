import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Channel } from "../chat/guard.ts";

/**
 * How guards look at a string of a request. `text`: it may be changed. `json`: the same, and stays JSON. `media`: bytes, or a text
 * that holds some. `fixed`: an id, a name, a word of the contract, which passes or fails the call.
 */
export type StringKind = "text" | "json" | "media" | "fixed";

/** What a field of a request's message holds. */
export type FieldPlan = {
  /** The contract's name, for paths. */
  readonly name: string;
  /** Where its value is in the message: one key, or the oneof's and `value`. */
  readonly keys: readonly string[];
  /** The case that the oneof must have. */
  readonly oneofCase: string | undefined;
  readonly repeated: "no" | "list" | "map";
} & (
  | { readonly holds: "messages"; readonly message: DescMessage }
  | { readonly holds: "strings"; readonly kind: StringKind; readonly channel: Channel | undefined }
  /** A `google.protobuf.Struct`. */
  | { readonly holds: "structs" }
  /** Numbers: of a map only the keys are strings. */
  | { readonly holds: "numbers" }
);

/** What people and models write: the channel it belongs to, or `any` for what is none. */
const texts: Readonly<Record<string, Channel | "any">> = {
  "ChatMessage.content": "content",
  "ChatMessage.reasoning": "reasoning",
  "ChatMessage.refusal": "refusal",
  "ContentPart.text": "content",
  "ContentPart.refusal": "refusal",
  "Prediction.content": "content",
  "CustomToolCall.input": "tool_arguments",
  "FunctionDefinition.description": "any",
  "CustomTool.description": "any",
  "JsonSchema.description": "any",
  "CreateEmbeddingRequest.input": "content",
};
const media: ReadonlySet<string> = new Set([
  "ImagePart.url",
  "AudioPart.data",
  "FilePart.file_data",
  "ReasoningBlock.signature",
  "ReasoningBlock.redacted_data",
  "ToolCall.signature",
]);

const plans = new Map<DescMessage, readonly FieldPlan[]>();

/** The fields of a message that hold strings or bytes, compiled on first use. A field that nobody has thought of is `fixed`. */
export function requestPlan(desc: DescMessage): readonly FieldPlan[] {
  let plan = plans.get(desc);
  if (plan === undefined) {
    plan = desc.fields.flatMap(planOf);
    plans.set(desc, plan);
  }
  return plan;
}

function planOf(field: DescField): FieldPlan[] {
  const { name, localName, oneof } = field;
  const inOneof = oneof !== undefined;
  const place = { name, keys: inOneof ? [oneof.localName, "value"] : [localName], oneofCase: inOneof ? localName : undefined };
  const repeated = field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "no";
  if (field.message !== undefined) {
    if (field.message.typeName === "google.protobuf.Struct") return [{ ...place, repeated, holds: "structs" }];
    return [{ ...place, repeated, holds: "messages", message: field.message }];
  }
  const { scalar } = field;
  if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) {
    return [{ ...place, repeated, holds: "strings", ...stringPlan(field) }];
  }
  return repeated === "map" ? [{ ...place, repeated, holds: "numbers" }] : [];
}

function stringPlan(field: DescField): { readonly kind: StringKind; readonly channel: Channel | undefined } {
  const name = `${field.parent.name}.${field.name}`;
  if (name === "FunctionCall.arguments") return { kind: "json", channel: "tool_arguments" };
  if (field.name.endsWith("_json")) return { kind: "json", channel: undefined };
  if (field.scalar === ScalarType.BYTES || media.has(name)) return { kind: "media", channel: undefined };
  const channel = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (channel === undefined) return { kind: "fixed", channel };
  return { kind: "text", channel: channel === "any" ? undefined : channel };
}
