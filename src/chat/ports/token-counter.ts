import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../immutable.ts";

/** How many tokens a prompt has, as counted here. */
export interface PromptCount {
  readonly tokens: number;
  /** Whether the number is near the vendor's and not known to be the same. */
  readonly estimated: boolean;
  /** How they were counted: a vocabulary's name, or `characters`. */
  readonly method: string;
}

/** Counts prompts without asking anybody. */
export interface TokenCounter {
  /** How many tokens the prompt of a request to a model has, by the upstream's own name of the model. */
  count(request: Immutable<ChatCompletionRequest>, model: string): Promise<PromptCount>;
}
