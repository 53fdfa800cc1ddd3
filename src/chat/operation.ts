/** What a client can call. Every operation runs through the pipeline; middleware declare which they serve. */
export type Operation = "chat" | "embeddings" | "models" | "countTokens";

/** Every operation, for middleware that serve all of them. */
export const operations: readonly Operation[] = ["chat", "embeddings", "models", "countTokens"];

/** Those with texts that may go to a model's vendor: what guards of requests serve. */
export const promptOperations: readonly Operation[] = ["chat", "embeddings", "countTokens"];
