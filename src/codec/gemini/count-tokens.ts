import { onlyMembers } from "../json/only-members.ts";
import type { CountOptions, TokenCountCodec } from "../token-count-codec.ts";
import { tokenCountIn } from "../token-count-in.ts";
import { encodeRequest } from "./encode-request.ts";

type Request = Parameters<TokenCountCodec["encodeRequest"]>[0];

const chatOf = (request: Request, options: CountOptions) =>
  encodeRequest(request, { ...options, streamed: false, metadata: undefined });

const decodeResponse = (body: string): number => tokenCountIn(body, "totalTokens");

/**
 * Gemini's count of a request's tokens: `:countTokens` of the whole request, so that instructions and tools count too
 * (https://ai.google.dev/api/tokens#method:-models.counttokens).
 */
export const geminiTokenCount: TokenCountCodec = {
  encodeRequest(request, options) {
    const { body, dropped } = chatOf(request, options);
    const name = JSON.stringify(`models/${options.model.replace(/^models\//, "")}`);
    return { body: `{"generateContentRequest":{"model":${name},${body.slice(1)}}`, dropped };
  },
  decodeResponse,
};

/** What Vertex AI counts of a request. */
const counted: ReadonlySet<string> = new Set(["contents", "systemInstruction", "tools", "generationConfig"]);

/**
 * Vertex AI's, which has the request's members beside each other
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/countTokens).
 */
export const vertexTokenCount: TokenCountCodec = {
  encodeRequest(request, options) {
    const { body, dropped } = chatOf(request, options);
    return { body: onlyMembers(body, counted), dropped };
  },
  decodeResponse,
};
