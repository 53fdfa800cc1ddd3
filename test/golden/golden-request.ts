import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";

/** A request that uses one feature. */
export interface GoldenRequest {
  /** Unique; what a codec's expected bodies are found by. */
  readonly name: string;
  /** The feature it is about: a row of the table in docs/providers.md. */
  readonly feature: string;
  /** OpenAI's JSON, without `model`. */
  readonly request: { readonly messages: readonly object[]; readonly [member: string]: unknown };
  /** What only RPC clients can say, done to the decoded message. */
  readonly edit?: (message: ChatCompletionRequest) => void;
}
