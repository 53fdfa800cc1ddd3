import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { exactMembers, objectOf } from "./exact-members.ts";

/** How a reply ended, as a choice or its last chunk says it. */
export interface Ending {
  readonly finishReason: FinishReason;
  readonly finishReasonRaw?: string;
  /** The text of a refusal. */
  readonly refusal?: string;
  /** `stop_sequence` and `stop_details` as they were. */
  readonly unknownFieldsJson?: string;
}

/** The vendor's members that say how a reply ended, as JSON text. */
export interface StopMembers {
  readonly reason: string | undefined;
  readonly sequence: string | undefined;
  readonly details: string | undefined;
}

/** What is said of a refusal for which the vendor gives no reason. */
const refused = "The model refused to answer.";

const reasons = new Map<string, FinishReason>([
  ["end_turn", FinishReason.STOP],
  ["stop_sequence", FinishReason.STOP],
  ["max_tokens", FinishReason.LENGTH],
  ["model_context_window_exceeded", FinishReason.LENGTH],
  ["tool_use", FinishReason.TOOL_CALLS],
  ["refusal", FinishReason.CONTENT_FILTER],
]);

/**
 * The vendor's stop reason (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons) as OpenAI's finish reason.
 * @param called whether the reply has tool calls of the client's tools.
 */
export function endingOf({ reason, sequence, details }: StopMembers, called: boolean): Ending {
  const word: unknown = JSON.parse(reason ?? "null");
  const kept = new Map<string, string>();
  if (sequence?.startsWith('"')) kept.set("stop_sequence", sequence);
  if (details?.startsWith("{")) kept.set("stop_details", details);
  const unknownFieldsJson = objectOf(kept);
  const unknown = unknownFieldsJson === undefined ? {} : { unknownFieldsJson };
  if (typeof word !== "string") return { finishReason: called ? FinishReason.TOOL_CALLS : FinishReason.STOP, ...unknown };
  const finishReason = reasons.get(word) ?? FinishReason.OTHER;
  if (word === "tool_use" && !called) return { finishReason: FinishReason.STOP, ...unknown }; // it has called the tool of the reply's form
  const isOwnWord = finishReason === FinishReason.OTHER || word === "model_context_window_exceeded";
  const raw = isOwnWord ? { finishReasonRaw: word } : {};
  const refusal = word === "refusal" ? { refusal: explanation(details) ?? refused } : {};
  return { finishReason, ...raw, ...refusal, ...unknown };
}

function explanation(details: string | undefined): string | undefined {
  if (!details?.startsWith("{")) return undefined;
  const text: unknown = JSON.parse(exactMembers(details).get("explanation") ?? "null");
  return typeof text === "string" && text !== "" ? text : undefined;
}
