import type { EmbeddingCodec } from "../embedding-codec.ts";
import { embedContentEmbeddings } from "./embed-content-embeddings.ts";
import { predictEmbeddings } from "./predict-embeddings.ts";

/** Embeddings at Vertex AI: newer models of Gemini's have a method of their own, the others one for predictions of any kind. */
export const vertexEmbeddings: EmbeddingCodec = {
  mostInputs: (model) => formOf(model).codec.mostInputs(model),
  encodeRequest: (request, options) => formOf(options.model).codec.encodeRequest(request, options),
  decodeResponse: (body, options) => formOf(options.model).codec.decodeResponse(body, options),
};

/** The method of a model's path. */
export const vertexEmbeddingMethod = (model: string): string => formOf(model).method;

const predict = { codec: predictEmbeddings, method: "predict" } as const;
const embedContent = { codec: embedContentEmbeddings, method: "embedContent" } as const;

const formOf = (model: string) => (/^(?:models\/)?gemini-(?!embedding-001$)/.test(model) ? embedContent : predict);
