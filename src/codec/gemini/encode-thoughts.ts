import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { earlierReasoning } from "../earlier-reasoning.ts";
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
  const earlier = reasoningBlocks.length === 0 ? undefined : earlierReasoning(message, "gemini");
  if (earlier === undefined) {
    if (reasoningBlocks.length > 0) left.leave(`${path}.reasoning_blocks`);
    return { parts: reasoning === "" ? [] : [thought(reasoning, undefined)], textSignatures: [] };
  }
  const parts: string[] = [];
  const textSignatures: string[] = [];
  for (const { text, block } of earlier) {
    const { signature, redactedData } = block;
    if (redactedData !== undefined) left.leave(`${path}.reasoning_blocks`); // another vendor's
    if (text !== "") parts.push(thought(text, signature));
    else if (signature !== undefined) textSignatures.push(signature);
  }
  return { parts, textSignatures };
}

function thought(text: string, signature: string | undefined): string {
  return objectText({ text: JSON.stringify(text), thought: "true", thoughtSignature: stringText(signature) });
}
