import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { objectText, stringText } from "./object-text.ts";

/** What an assistant's message has of earlier thinking. */
export interface EncodedThoughts {
  /** The JSON texts of thought parts. */
  readonly parts: readonly string[];
  /** Signatures that came on parts of the answer's text. */
  readonly textSignatures: readonly string[];
}

/**
 * Earlier reasoning as thought parts (https://ai.google.dev/gemini-api/docs/thought-signatures). A block with text is a thought with its
 * signature, one without is the signature of the answer's text. Blocks that do not fit the reasoning any more are left.
 */
export function encodeThoughts(message: Immutable<ChatMessage>, path: string, left: LeftOutParams): EncodedThoughts {
  const { reasoning = "", reasoningBlocks } = message;
  const covered = reasoningBlocks.reduce((sum, block) => sum + block.length, 0);
  if (reasoningBlocks.length === 0 || covered !== reasoning.length) {
    if (reasoningBlocks.length > 0) left.leave(`${path}.reasoning_blocks`);
    return { parts: reasoning === "" ? [] : [thought(reasoning, undefined)], textSignatures: [] };
  }
  const parts: string[] = [];
  const textSignatures: string[] = [];
  let at = 0;
  for (const { length, signature, redactedData } of reasoningBlocks) {
    if (redactedData !== undefined) left.leave(`${path}.reasoning_blocks`); // another vendor's
    if (length > 0) parts.push(thought(reasoning.slice(at, at + length), signature));
    else if (signature !== undefined) textSignatures.push(signature);
    at += length;
  }
  return { parts, textSignatures };
}

function thought(text: string, signature: string | undefined): string {
  return objectText({ text: JSON.stringify(text), thought: "true", thoughtSignature: stringText(signature) });
}
