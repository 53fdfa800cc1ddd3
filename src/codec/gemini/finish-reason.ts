import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";

/** Why Gemini ended a candidate (https://ai.google.dev/api/generate-content#FinishReason). */
const reasons: Readonly<Record<string, FinishReason>> = {
  FINISH_REASON_UNSPECIFIED: FinishReason.UNSPECIFIED,
  STOP: FinishReason.STOP,
  MAX_TOKENS: FinishReason.LENGTH,
  CONTINUATION: FinishReason.LENGTH,
  SAFETY: FinishReason.CONTENT_FILTER,
  RECITATION: FinishReason.CONTENT_FILTER,
  LANGUAGE: FinishReason.CONTENT_FILTER,
  BLOCKLIST: FinishReason.CONTENT_FILTER,
  PROHIBITED_CONTENT: FinishReason.CONTENT_FILTER,
  SPII: FinishReason.CONTENT_FILTER,
  IMAGE_SAFETY: FinishReason.CONTENT_FILTER,
  IMAGE_PROHIBITED_CONTENT: FinishReason.CONTENT_FILTER,
  IMAGE_RECITATION: FinishReason.CONTENT_FILTER,
  MODEL_ARMOR: FinishReason.CONTENT_FILTER,
  ESCALATION: FinishReason.CONTENT_FILTER,
  PUP_LIMITED_DISABLED: FinishReason.CONTENT_FILTER,
};

/** A finish reason of Gemini's as the contract's, and Gemini's own word where it says more. */
export interface DecodedFinish {
  readonly reason: FinishReason;
  readonly raw?: string;
}

/** What a word of Gemini's means; one that ends with STOP after tool calls is TOOL_CALLS, as at OpenAI. */
export function finishReasonOf(word: string, hasCalls: boolean): DecodedFinish {
  const reason = Object.hasOwn(reasons, word) ? (reasons[word] ?? FinishReason.OTHER) : FinishReason.OTHER;
  if (reason === FinishReason.UNSPECIFIED) return { reason };
  if (reason === FinishReason.STOP) return { reason: hasCalls ? FinishReason.TOOL_CALLS : reason };
  return word === "MAX_TOKENS" ? { reason } : { reason, raw: word };
}
