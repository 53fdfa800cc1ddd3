import type { ChatMessage } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ReasoningBlock } from "#gen/sluice/chat/v1/reasoning_block_pb";
import type { Immutable } from "../chat/immutable.ts";

/** A block of earlier reasoning, and its part of the text. */
export interface EarlierReasoning {
  readonly text: string;
  readonly block: Immutable<ReasoningBlock>;
}

/**
 * The blocks of a message's reasoning, each with its text. Undefined when they prove nothing to a vendor: another has signed them, or
 * they are not as long as the text, which a client or a guardrail has changed then.
 * @param vendor whose signatures are wanted; a block that does not say whose it is may be anybody's.
 */
export function earlierReasoning(message: Immutable<ChatMessage>, vendor: string): readonly EarlierReasoning[] | undefined {
  const { reasoning = "", reasoningBlocks } = message;
  let at = 0;
  const blocks = reasoningBlocks.map((block) => {
    const text = reasoning.slice(at, at + block.length);
    at += block.length;
    return { text, block };
  });
  const isOwn = reasoningBlocks.every((block) => block.vendor === undefined || block.vendor === vendor);
  return isOwn && at === reasoning.length ? blocks : undefined;
}
