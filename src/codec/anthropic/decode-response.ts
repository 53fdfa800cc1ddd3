import type { ChatCompletionResponse, Choice, ResponseMessage } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ToolCall } from "#gen/sluice/chat/v1/tool_pb";
import type { DecodedResponse, DecodeOptions } from "../chat-codec.ts";
import { readingReply } from "../failure/malformed-reply.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import { vendorBlockJson, vendorBlocks } from "./assistant-blocks.ts";
import { annotationOf } from "./citation.ts";
import { decodeStreamError } from "./decode-error.ts";
import { exactItems, exactMembers, objectOf } from "./exact-members.ts";
import { customToolOf, outputTool } from "./reserved-names.ts";
import { endingOf } from "./stop-reason.ts";
import { extraOfToolUse, inputOfCustomTool } from "./tool-use.ts";
import { mergeUsage, serviceTierOf, type UsageMembers, usageOf } from "./usage.ts";

/** Members of a message that have their place; others, unless null, are kept as unknown fields of the reply. */
export const messageMembers: ReadonlySet<string> = new Set([
  ...["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage"],
]);

/**
 * A whole message of the vendor's (https://platform.claude.com/docs/en/api/messages). Blocks that the contract does not model are kept,
 * with their places, in the message's unknown fields under `anthropic_blocks`.
 * @throws GatewayError `upstream_error` when it is none; the vendor's error where one stands in its place.
 */
export function decodeResponse(body: string, options: DecodeOptions): DecodedResponse {
  return readingReply(() => {
    const members = exactMembers(body);
    if (members.get("type") === '"error"') throw decodeStreamError(body, options.provider);
    return decode(members, options);
  });
}

function decode(members: ReadonlyMap<string, string>, { model, created }: DecodeOptions): DecodedResponse {
  const content = members.get("content");
  if (content === undefined) throw new JsonProblem("content", "is missing");
  const message = new MessageBuilder(exactItems(content));
  const stop = {
    reason: members.get("stop_reason"),
    sequence: members.get("stop_sequence"),
    details: members.get("stop_details"),
  };
  const { refusal, ...ending } = endingOf(stop, message.called);
  const choice: Choice = {
    $typeName: "sluice.chat.v1.Choice",
    index: 0,
    message: message.end(refusal),
    ...ending,
  };
  const used: UsageMembers = new Map();
  mergeUsage(used, members.get("usage"));
  const usage = usageOf(used);
  const serviceTier = serviceTierOf(used);
  const unknownFieldsJson = objectOf(
    new Map([...members].filter(([name, json]) => !messageMembers.has(name) && json !== "null")),
  );
  const response: ChatCompletionResponse = {
    $typeName: "sluice.chat.v1.ChatCompletionResponse",
    id: stringOf(members, "id"),
    choices: [choice],
    created,
    model,
    metadata: {},
    events: [],
    ...(usage && { usage }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(unknownFieldsJson !== undefined && { unknownFieldsJson }),
  };
  return { response, upstreamModel: stringOf(members, "model") || undefined };
}

/** A string member; empty when it is missing or null. @throws JsonProblem when it is something else. */
function stringOf(members: ReadonlyMap<string, string>, name: string): string {
  const reader = new JsonReader(members.get(name) ?? "null");
  return reader.takeNull() ? "" : reader.string();
}

class MessageBuilder {
  /** Whether tools of the client's are called. */
  called = false;
  readonly #message: ResponseMessage = {
    $typeName: "sluice.chat.v1.ResponseMessage",
    role: Role.ASSISTANT,
    toolCalls: [],
    annotations: [],
    reasoningBlocks: [],
  };
  readonly #kept: string[] = [];
  #content = "";
  #reasoning = "";

  constructor(blocks: readonly string[]) {
    for (const block of blocks) this.#add(block, exactMembers(block));
  }

  end(refusal: string | undefined): ResponseMessage {
    const message = this.#message;
    if (this.#content !== "") message.content = this.#content;
    if (this.#reasoning !== "") message.reasoning = this.#reasoning;
    if (refusal !== undefined) message.refusal = refusal;
    if (this.#kept.length > 0) message.unknownFieldsJson = `{"${vendorBlocks}":[${this.#kept.join(",")}]}`;
    return message;
  }

  #add(block: string, members: ReadonlyMap<string, string>): void {
    switch (members.get("type")) {
      case '"text"':
        this.#addText(members);
        break;
      case '"thinking"': {
        const text = stringOf(members, "thinking");
        const signature = stringOf(members, "signature");
        this.#reasoning += text;
        this.#message.reasoningBlocks.push({
          $typeName: "sluice.chat.v1.ReasoningBlock",
          length: text.length,
          ...(signature !== "" && { signature, vendor: "anthropic" }),
        });
        break;
      }
      case '"redacted_thinking"': {
        const redactedData = stringOf(members, "data");
        this.#message.reasoningBlocks.push({
          $typeName: "sluice.chat.v1.ReasoningBlock",
          length: 0,
          redactedData,
          vendor: "anthropic",
        });
        break;
      }
      case '"tool_use"':
        this.#addToolUse(members);
        break;
      default:
        this.#kept.push(vendorBlockJson(this.#content.length, block));
    }
  }

  #addText(members: ReadonlyMap<string, string>): void {
    const start = this.#content.length;
    this.#content += stringOf(members, "text");
    const citations = members.get("citations") ?? "null";
    if (citations === "null") return;
    for (const citation of exactItems(citations)) {
      this.#message.annotations.push(annotationOf(citation, start, this.#content.length));
    }
  }

  #addToolUse(members: ReadonlyMap<string, string>): void {
    const name = stringOf(members, "name");
    const input = members.get("input") ?? "{}";
    if (name === outputTool) {
      this.#content += input;
      return;
    }
    this.called = true;
    const unknownFieldsJson = extraOfToolUse(members);
    const call: ToolCall = {
      $typeName: "sluice.chat.v1.ToolCall",
      id: stringOf(members, "id"),
      ...(unknownFieldsJson !== undefined && { unknownFieldsJson }),
    };
    const custom = customToolOf(name);
    if (custom === undefined) {
      call.type = "function";
      call.function = { $typeName: "sluice.chat.v1.FunctionCall", name, arguments: input };
    } else {
      call.type = "custom";
      call.custom = { $typeName: "sluice.chat.v1.CustomToolCall", name: custom, input: inputOfCustomTool(input) };
    }
    this.#message.toolCalls.push(call);
  }
}
