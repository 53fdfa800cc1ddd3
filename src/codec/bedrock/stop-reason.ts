import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: FinishReason.STOP,
  stop_sequence: FinishReason.STOP,
  tool_use: FinishReason.TOOL_CALLS,
  max_tokens: FinishReason.LENGTH,
  model_context_window_exceeded: FinishReason.LENGTH,
  guardrail_intervened: FinishReason.CONTENT_FILTER,
  content_filtered: FinishReason.CONTENT_FILTER,
};

/**
 * Why a reply ended, from `stopReason` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
 * @param answered whether the only tool that was called is the one that stands for the answer.
 */
export function finishReasonOf(stopReason: string, answered: boolean): FinishReason {
  if (answered && stopReason === "tool_use") return FinishReason.STOP;
  return (Object.hasOwn(reasons, stopReason) ? reasons[stopReason] : undefined) ?? FinishReason.OTHER;
}
