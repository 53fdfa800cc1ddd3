import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { ModelTraits } from "./model-traits.ts";

/**
 * `temperature` and `top_p` as members of the body, as far as the model takes them: newer ones take neither, a thinking one no
 * temperature and a top_p of 0.95 or more, some not both, none a temperature over 1
 * (https://platform.claude.com/docs/en/build-with-claude/thinking#sampling-parameters). At 1 both mean what leaving them out means.
 */
export function encodeSampling(
  { temperature = 1, topP = 1 }: Immutable<ChatCompletionRequest>,
  { sampling, samplingPair }: ModelTraits,
  thinks: boolean,
  left: LeftOutParams,
): string {
  let members = "";
  if (temperature !== 1) {
    if (sampling && !thinks && temperature <= 1) members += `,"temperature":${temperature}`;
    else left.leave("temperature", String(temperature));
  }
  if (topP !== 1) {
    const fits = sampling && (!thinks || topP >= 0.95) && (samplingPair || members === "");
    if (fits) members += `,"top_p":${topP}`;
    else left.leave("top_p", String(topP));
  }
  return members;
}
