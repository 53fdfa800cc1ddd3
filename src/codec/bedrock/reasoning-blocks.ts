import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";

/**
 * A message's earlier reasoning as blocks (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html).
 * Only what its signatures still fit goes back: a changed text would be refused, and so would one without proof.
 */
export function reasoningBlocks(message: Immutable<ChatMessage>, at: string, left: LeftOutParams): string[] {
  const { reasoning = "", reasoningBlocks: blocks } = message;
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  if (blocks.length === 0 || length !== reasoning.length) {
    if (blocks.length > 0) left.leave(`${at}.reasoning_blocks`);
    if (reasoning !== "") left.leave(`${at}.reasoning`);
    return [];
  }
  let start = 0;
  return blocks.map(({ length, signature, redactedData }) => {
    const text = reasoning.slice(start, start + length);
    start += length;
    if (redactedData !== undefined) return `{"reasoningContent":{"redactedContent":${JSON.stringify(redactedData)}}}`;
    const proof = signature === undefined ? "" : `,"signature":${JSON.stringify(signature)}`;
    return `{"reasoningContent":{"reasoningText":{"text":${JSON.stringify(text)}${proof}}}}`;
  });
}
