/** What a client can call. Every operation runs through the pipeline; middleware declare which they serve. */
export type Operation = "chat" | "models";

/** Every operation, for middleware that serve all of them. */
export const operations: readonly Operation[] = ["chat", "models"];
