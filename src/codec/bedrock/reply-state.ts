import type { Delta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { GatewayError } from "../../chat/error.ts";
import { annotationOf } from "./citation.ts";
import { signer } from "./reasoning-blocks.ts";
import { replyTool } from "./reply-tool.ts";

/** A block that has begun. */
interface Block {
  readonly kind: "text" | "reasoning" | "tool" | "answer" | "other";
  /** Where it begins in the reply's content. UTF-16 code units. */
  readonly start: number;
  /** The tool call's index. */
  readonly call: number;
  /** How much text it has had. UTF-16 code units. */
  length: number;
  signature: string | undefined;
  redacted: string | undefined;
  readonly citations: string[];
}

const mostOpen = 256;
const mostHeld = 4 * 1024 * 1024;

/**
 * Keeps track of one reply's content blocks, by their index, and adds to a delta what each piece means. A whole reply is the same pieces
 * with one delta for all.
 */
export class ReplyState {
  readonly #open = new Map<number, Block>();
  #contentLength = 0;
  #calls = 0;
  #answered = false;
  #begun = false;
  /** Reasoning without proof since the last block that has one. UTF-16 code units. */
  #unproven = 0;
  /** Signatures and citations of the blocks that are open. UTF-16 code units. */
  #held = 0;

  /** Whether the only tool that was called is the one that stands for the answer. */
  get answered(): boolean {
    return this.#answered && this.#calls === 0;
  }

  /** An empty delta; the first one says whose it is. */
  delta(): Delta {
    const role = this.#begun ? Role.UNSPECIFIED : Role.ASSISTANT;
    this.#begun = true;
    return { $typeName: "sluice.chat.v1.Delta", role, toolCalls: [], annotations: [], reasoningBlocks: [] };
  }

  /** Text of the answer. */
  text(index: number, text: string, into: Delta): void {
    this.#block(index, "text", into);
    this.#addContent(text, into);
  }

  /** A source of the block's text. Told when the block ends, for only then it is known what it is of. */
  citation(index: number, json: string, into: Delta): void {
    this.#hold(json);
    this.#block(index, "text", into).citations.push(json);
  }

  /** Reasoning as text. */
  reasoning(index: number, text: string, into: Delta): void {
    this.#block(index, "reasoning", into).length += text.length;
    into.reasoning = (into.reasoning ?? "") + text;
  }

  /** What proves a block of reasoning. */
  signature(index: number, signature: string, into: Delta): void {
    this.#hold(signature);
    const block = this.#block(index, "reasoning", into);
    block.signature = (block.signature ?? "") + signature;
  }

  /** Reasoning that is not shown, in base64. */
  redacted(index: number, data: string, into: Delta): void {
    this.#hold(data);
    const block = this.#block(index, "reasoning", into);
    block.redacted = block.redacted === undefined ? data : joined(block.redacted, data);
  }

  /** A call of a tool begins. */
  tool(index: number, id: string, name: string, into: Delta): void {
    this.end(index, into);
    if (name === replyTool) {
      this.#answered = true;
      this.#begin(index, "answer");
      return;
    }
    this.#begin(index, "tool");
    into.toolCalls.push({
      $typeName: "sluice.chat.v1.ToolCallDelta",
      index: this.#calls++,
      id,
      type: "function",
      function: { $typeName: "sluice.chat.v1.FunctionCallDelta", name },
    });
  }

  /** Input of a tool: JSON text, or a piece of it. */
  toolInput(index: number, json: string, into: Delta): void {
    const block = this.#open.get(index);
    if (block === undefined)
      throw new GatewayError("upstream_error", "the upstream's reply has input of a tool that was not called");
    if (json === "" || block.kind === "other") return;
    if (block.kind === "answer") this.#addContent(json, into);
    else addArguments(block, json, into);
    block.length += json.length;
  }

  /** Something that a chat completion has no place for: an object's JSON text, kept as it is. */
  other(index: number, json: string, into: Delta): void {
    this.#block(index, "other", into);
    const before = into.unknownFieldsJson;
    into.unknownFieldsJson = before === undefined ? `{"bedrock_content":[${json}]}` : `${before.slice(0, -2)},${json}]}`;
  }

  /** Whether what comes of this block has no place in a chat completion. */
  isOther(index: number): boolean {
    return this.#open.get(index)?.kind === "other";
  }

  /** A block ends: what could only be said of it as a whole is said. */
  end(index: number, into: Delta): void {
    const block = this.#open.get(index);
    if (block === undefined) return;
    this.#open.delete(index);
    for (const citation of block.citations) into.annotations.push(annotationOf(citation, block.start, this.#contentLength));
    if (block.kind === "reasoning") this.#endReasoning(block, into);
    if (block.kind === "tool" && block.length === 0) addArguments(block, "{}", into); // a tool without parameters has no input
    if (this.#open.size === 0) this.#held = 0;
  }

  /** The reply ends, and every block with it. */
  endAll(into: Delta): void {
    for (const index of [...this.#open.keys()]) this.end(index, into);
  }

  #endReasoning({ length, signature, redacted }: Block, into: Delta): void {
    if (signature === undefined && redacted === undefined) {
      this.#unproven += length;
      return;
    }
    if (this.#unproven > 0) into.reasoningBlocks.push({ $typeName: "sluice.chat.v1.ReasoningBlock", length: this.#unproven });
    this.#unproven = 0;
    into.reasoningBlocks.push({
      $typeName: "sluice.chat.v1.ReasoningBlock",
      length,
      ...(signature === undefined ? {} : { signature }),
      ...(redacted === undefined ? {} : { redactedData: redacted }),
      vendor: signer,
    });
  }

  /** The block of this index; one of another kind ends here. */
  #block(index: number, kind: Block["kind"], into: Delta): Block {
    const block = this.#open.get(index);
    if (block?.kind === kind) return block;
    this.end(index, into);
    return this.#begin(index, kind);
  }

  #begin(index: number, kind: Block["kind"]): Block {
    if (this.#open.size === mostOpen) throw new GatewayError("upstream_error", "the upstream's reply has too many open blocks");
    const block = {
      kind,
      start: this.#contentLength,
      call: this.#calls,
      length: 0,
      signature: undefined,
      redacted: undefined,
      citations: [],
    };
    this.#open.set(index, block);
    return block;
  }

  #addContent(text: string, into: Delta): void {
    this.#contentLength += text.length;
    into.content = (into.content ?? "") + text;
  }

  #hold(text: string): void {
    this.#held += text.length + 64;
    if (this.#held > mostHeld) throw new GatewayError("upstream_error", "the upstream's reply has a block of more than 4 MiB");
  }
}

/** Adds arguments to the call of a block. */
function addArguments(block: Block, json: string, into: Delta): void {
  const call = into.toolCalls.find(({ index }) => index === block.call);
  if (call?.function !== undefined) call.function.arguments = (call.function.arguments ?? "") + json;
  else {
    into.toolCalls.push({
      $typeName: "sluice.chat.v1.ToolCallDelta",
      index: block.call,
      function: { $typeName: "sluice.chat.v1.FunctionCallDelta", arguments: json },
    });
  }
}

/** Two pieces of base64, each with an end of its own, as one. */
function joined(first: string, second: string): string {
  return Buffer.concat([Buffer.from(first, "base64"), Buffer.from(second, "base64")]).toString("base64");
}
