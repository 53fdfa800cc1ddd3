/** What of `extensions.bedrock` may pass with a request for embeddings: Titan's `normalize`, and Cohere's two. */
export const bedrockEmbeddingOptions: ReadonlySet<string> = new Set(["normalize", "input_type", "truncate"]);
