import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import { earlierReasoning } from "../earlier-reasoning.ts";
import type { LeftOutParams } from "../left-out-params.ts";

/** Of Bedrock's models Anthropic's sign their reasoning. */
export const signer = "anthropic";

/**
 * A message's earlier reasoning as blocks (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html).
 * Only what its signatures still fit goes back: a changed text would be refused, and so would one without proof.
 */
export function reasoningBlocks(message: Immutable<ChatMessage>, at: string, left: LeftOutParams): string[] {
  const earlier = message.reasoningBlocks.length === 0 ? undefined : earlierReasoning(message, signer);
  if (earlier === undefined) {
    if (message.reasoningBlocks.length > 0) left.leave(`${at}.reasoning_blocks`);
    if (message.reasoning) left.leave(`${at}.reasoning`);
    return [];
  }
  return earlier.map(({ text, block: { signature, redactedData } }) => {
    if (redactedData !== undefined) return `{"reasoningContent":{"redactedContent":${JSON.stringify(redactedData)}}}`;
    const proof = signature === undefined ? "" : `,"signature":${JSON.stringify(signature)}`;
    return `{"reasoningContent":{"reasoningText":{"text":${JSON.stringify(text)}${proof}}}}`;
  });
}
