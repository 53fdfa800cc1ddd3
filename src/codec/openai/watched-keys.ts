/**
 * Keys of messages, of their parts and of their tool calls that not every vendor takes. The scan of a body looks out for them, so that
 * nobody has to search it again.
 */
export const watchedKeys = [
  "reasoning_content",
  "reasoning",
  "reasoning_blocks",
  "signature",
  "cache_control",
  "name",
  "refusal",
  "audio",
  "function_call",
] as const;

/** One of {@link watchedKeys}. */
export type WatchedKey = (typeof watchedKeys)[number];
