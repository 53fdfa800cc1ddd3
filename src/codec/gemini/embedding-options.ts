/** What of `extensions.gemini` may pass with a request for embeddings: how the texts will be used, and what becomes of long ones. */
export const geminiEmbeddingOptions: ReadonlySet<string> = new Set(["taskType", "title", "autoTruncate"]);
