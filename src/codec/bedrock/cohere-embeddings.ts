import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveParamsBut, textsOf } from "../embedding-params.ts";
import { embeddingsOf, inputUsage, replyObject } from "../embedding-reply.ts";
import { fieldOf } from "../json/field-of.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";

const written: ReadonlySet<string> = new Set(["texts", "embedding_types", "output_dimension"]);

/**
 * Cohere's embeddings on Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html and
 * …-embed-v4.html). `input_type`, which Cohere needs and OpenAI does not have, is `search_document` unless `extensions.bedrock` says
 * otherwise. Only the fourth version makes shorter vectors.
 */
export const cohereEmbeddings: EmbeddingCodec = {
  mostInputs: () => 96,

  encodeRequest(request, { model, unsupported, allowedOptions }) {
    const left = new LeftOutParams(unsupported);
    const taken = /cohere\.embed-(?:english|multilingual)-v3/.test(model) ? [] : ["dimensions"];
    const rules = { vendor: "bedrock", allowed: new Set([...allowedOptions, "input_type"]), written };
    leaveParamsBut(taken, rules, request, left);
    const texts = JSON.stringify(textsOf(request));
    const dimensions = taken.length > 0 && request.dimensions !== undefined ? `,"output_dimension":${request.dimensions}` : "";
    const options = new Map([["input_type", '"search_document"'], ...vendorOptions(request, rules, left)]);
    const rest = [...options].map(([option, json]) => `,${JSON.stringify(option)}:${json}`).join("");
    return { body: `{"texts":${texts},"embedding_types":["float"]${dimensions}${rest}${left.passed}}`, dropped: left.names };
  },

  decodeResponse(body, { inputs, headers }) {
    const { embeddings } = replyObject(body);
    const vectors = Array.isArray(embeddings) ? embeddings : fieldOf(embeddings, "float");
    return { data: embeddingsOf(vectors, inputs), usage: inputUsage(headers["x-amzn-bedrock-input-token-count"]) };
  },
};
