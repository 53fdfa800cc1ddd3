import type { Delta, ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { malformedReply } from "../failure/malformed-reply.ts";
import { annotationOf } from "./citation.ts";
import { exactMembers } from "./exact-members.ts";
import { customToolOf, outputTool } from "./reserved-names.ts";
import { extraOfToolUse, inputOfCustomTool } from "./tool-use.ts";
import { VendorBlock } from "./vendor-block.ts";

/** A delta that adds nothing. */
export const emptyDelta = (): Delta => ({
  $typeName: "sluice.chat.v1.Delta",
  role: Role.UNSPECIFIED,
  toolCalls: [],
  annotations: [],
  reasoningBlocks: [],
});

function reasoningDelta(reasoning: string): Delta {
  const delta = emptyDelta();
  delta.reasoning = reasoning;
  return delta;
}

function callDelta(call: ToolCallDelta): Delta {
  const delta = emptyDelta();
  delta.toolCalls.push(call);
  return delta;
}

/** A block that has begun and not ended. */
type OpenBlock =
  | { readonly kind: "text"; readonly start: number; readonly citations: string[] }
  | { readonly kind: "thinking"; length: number; signature: string }
  | { readonly kind: "redacted"; readonly data: string }
  | { readonly kind: "call"; readonly index: number; readonly input: string; hasArguments: boolean }
  | { readonly kind: "custom"; readonly index: number; readonly input: string; json: string }
  | { readonly kind: "output"; readonly input: string; hasText: boolean }
  | { readonly kind: "vendor"; readonly block: VendorBlock };

/** The blocks of a streamed message, which come one after the other, or interleaved, under their indexes. */
export class StreamedBlocks {
  /** Blocks that the contract does not model, as items of `anthropic_blocks`. */
  readonly kept: string[] = [];
  readonly #open = new Map<unknown, OpenBlock>();
  #contentLength = 0;
  #calls = 0;

  /** Whether tools of the client's are called. */
  get called(): boolean {
    return this.#calls > 0;
  }

  /** `content_block_start`. @param data the event, for the exact text of what it holds. */
  start(index: unknown, block: unknown, data: string): Delta | undefined {
    if (typeof index !== "number" || this.#open.has(index)) throw malformedReply();
    switch (member(block, "type")) {
      case "text":
        this.#open.set(index, { kind: "text", start: this.#contentLength, citations: [] });
        return this.#content(text(block, "text"));
      case "thinking": {
        const thinking = text(block, "thinking");
        this.#open.set(index, { kind: "thinking", length: thinking.length, signature: text(block, "signature") });
        return thinking === "" ? undefined : reasoningDelta(thinking);
      }
      case "redacted_thinking":
        this.#open.set(index, { kind: "redacted", data: text(block, "data") });
        return undefined;
      case "tool_use":
        return this.#startCall(index, memberText(data, "content_block"));
      default: {
        const given = exactMembers(memberText(data, "content_block"));
        this.#open.set(index, { kind: "vendor", block: new VendorBlock(given, this.#contentLength) });
        return undefined;
      }
    }
  }

  /** `content_block_delta`. @param data the event, for the exact text of what it holds. */
  delta(index: unknown, delta: unknown, data: string): Delta | undefined {
    const block = this.#open.get(index);
    if (block === undefined) throw malformedReply();
    if (block.kind === "vendor") {
      block.block.add(exactMembers(memberText(data, "delta")));
      return undefined;
    }
    switch (member(delta, "type")) {
      case "text_delta":
        return this.#content(text(delta, "text"));
      case "thinking_delta": {
        const thinking = text(delta, "thinking");
        if (block.kind !== "thinking") throw malformedReply();
        block.length += thinking.length;
        return thinking === "" ? undefined : reasoningDelta(thinking);
      }
      case "signature_delta":
        if (block.kind === "thinking") block.signature += text(delta, "signature");
        return undefined;
      case "citations_delta":
        if (block.kind === "text") block.citations.push(memberText(memberText(data, "delta"), "citation"));
        return undefined;
      case "input_json_delta":
        return this.#input(block, text(delta, "partial_json"));
      default:
        return undefined;
    }
  }

  /** `content_block_stop`. */
  stop(index: unknown): Delta | undefined {
    const block = this.#open.get(index);
    if (block === undefined) return undefined;
    this.#open.delete(index);
    const delta = emptyDelta();
    return this.#close(block, delta) ? delta : undefined;
  }

  /** Ends what has not been ended. */
  end(): Delta {
    const delta = emptyDelta();
    for (const block of this.#open.values()) this.#close(block, delta);
    this.#open.clear();
    return delta;
  }

  #content(content: string): Delta | undefined {
    if (content === "") return undefined;
    this.#contentLength += content.length;
    const delta = emptyDelta();
    delta.content = content;
    return delta;
  }

  #startCall(index: number, json: string): Delta | undefined {
    const members = exactMembers(json);
    const block: unknown = JSON.parse(json);
    const name = text(block, "name");
    const input = members.get("input") ?? "{}";
    if (name === outputTool) {
      this.#open.set(index, { kind: "output", input, hasText: false });
      return undefined;
    }
    const custom = customToolOf(name);
    const at = this.#calls++;
    const unknownFieldsJson = extraOfToolUse(members);
    const call: ToolCallDelta = {
      $typeName: "sluice.chat.v1.ToolCallDelta",
      index: at,
      id: text(block, "id"),
      type: custom === undefined ? "function" : "custom",
      ...(unknownFieldsJson !== undefined && { unknownFieldsJson }),
    };
    if (custom === undefined) {
      this.#open.set(index, { kind: "call", index: at, input, hasArguments: false });
      call.function = { $typeName: "sluice.chat.v1.FunctionCallDelta", name };
    } else {
      this.#open.set(index, { kind: "custom", index: at, input, json: "" });
      call.custom = { $typeName: "sluice.chat.v1.CustomToolCallDelta", name: custom };
    }
    return callDelta(call);
  }

  #input(block: OpenBlock, json: string): Delta | undefined {
    if (json === "") return undefined;
    switch (block.kind) {
      case "call":
        block.hasArguments = true;
        return callDelta(argumentsDelta(block.index, json));
      case "custom":
        block.json += json; // a text inside JSON is known when the JSON is whole
        return undefined;
      case "output":
        block.hasText = true;
        return this.#content(json);
      default:
        throw malformedReply();
    }
  }

  /** What a block adds when it ends; gives whether that is anything. */
  #close(block: OpenBlock, delta: Delta): boolean {
    switch (block.kind) {
      case "text":
        for (const citation of block.citations) {
          delta.annotations.push(annotationOf(citation, block.start, this.#contentLength));
        }
        return block.citations.length > 0;
      case "thinking": {
        const { length, signature } = block;
        delta.reasoningBlocks.push({
          $typeName: "sluice.chat.v1.ReasoningBlock",
          length,
          ...(signature !== "" && { signature, vendor: "anthropic" }),
        });
        return true;
      }
      case "redacted":
        delta.reasoningBlocks.push({
          $typeName: "sluice.chat.v1.ReasoningBlock",
          length: 0,
          redactedData: block.data,
          vendor: "anthropic",
        });
        return true;
      case "call":
        if (block.hasArguments) return false;
        delta.toolCalls.push(argumentsDelta(block.index, block.input));
        return true;
      case "custom": {
        const input = inputOfCustomTool(block.json === "" ? block.input : block.json);
        const custom = { $typeName: "sluice.chat.v1.CustomToolCallDelta", input } as const;
        delta.toolCalls.push({ $typeName: "sluice.chat.v1.ToolCallDelta", index: block.index, custom });
        return true;
      }
      case "output":
        if (block.hasText) return false;
        this.#contentLength += block.input.length;
        delta.content = (delta.content ?? "") + block.input;
        return true;
      case "vendor":
        this.kept.push(block.block.json());
        return false;
    }
  }
}

function argumentsDelta(index: number, json: string): ToolCallDelta {
  return {
    $typeName: "sluice.chat.v1.ToolCallDelta",
    index,
    function: { $typeName: "sluice.chat.v1.FunctionCallDelta", arguments: json },
  };
}

/** The exact text of a member; empty when there is none, which is no JSON. */
const memberText = (json: string, name: string): string => exactMembers(json).get(name) ?? "";

const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** A string member; empty when it is missing. @throws GatewayError `upstream_error` when it is something else. */
function text(value: unknown, key: string): string {
  const found = member(value, key) ?? "";
  if (typeof found !== "string") throw malformedReply();
  return found;
}
