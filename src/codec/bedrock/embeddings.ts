import { GatewayError } from "../../chat/error.ts";
import type { EmbeddingCodec } from "../embedding-codec.ts";
import { cohereEmbeddings } from "./cohere-embeddings.ts";
import { titanEmbeddings } from "./titan-embeddings.ts";

/**
 * Embeddings of Bedrock's models, each family with a body of its own: `POST /model/{id}/invoke`
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html).
 */
export const bedrockEmbeddings: EmbeddingCodec = {
  mostInputs: (model) => familyOf(model).mostInputs(model),
  encodeRequest: (request, options) => familyOf(options.model).encodeRequest(request, options),
  decodeResponse: (body, options) => familyOf(options.model).decodeResponse(body, options),
};

/** The path of a request, below the base URL. A model's id may be an ARN with slashes. */
export const bedrockEmbeddingPath = (model: string): string => `/model/${encodeURIComponent(model)}/invoke`;

/** The family of a model, by its id with or without a region before it, or by an ARN that ends with it. */
function familyOf(model: string): EmbeddingCodec {
  if (/\bcohere\.embed\b/.test(model)) return cohereEmbeddings;
  if (/\bamazon\.titan-embed\b/.test(model)) return titanEmbeddings;
  throw new GatewayError("invalid_request", "this model of Bedrock's makes no embeddings that are known here", {
    param: "model",
  });
}
