import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveParamsBut, textsOf } from "../embedding-params.ts";
import { embeddingsOf, inputUsage, replyObject } from "../embedding-reply.ts";
import { fieldOf } from "../json/field-of.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";

const written: ReadonlySet<string> = new Set(["model", "content", "outputDimensionality"]);

/**
 * Embeddings of Gemini's newer models at Vertex AI, one text a request: `:embedContent`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent).
 */
export const embedContentEmbeddings: EmbeddingCodec = {
  mostInputs: () => 1,

  encodeRequest(request, { unsupported, allowedOptions }) {
    const left = new LeftOutParams(unsupported);
    const rules = { vendor: "gemini", allowed: allowedOptions, written };
    leaveParamsBut(["dimensions"], rules, request, left);
    const options = vendorOptions(request, rules, left);
    const [text = ""] = textsOf(request);
    const dimensions = request.dimensions === undefined ? "" : `,"outputDimensionality":${request.dimensions}`;
    const rest = options.map(([option, json]) => `,${JSON.stringify(option)}:${json}`).join("");
    const body = `{"content":{"parts":[{"text":${JSON.stringify(text)}}]}${dimensions}${rest}${left.passed}}`;
    return { body, dropped: left.names };
  },

  decodeResponse(body, { inputs }) {
    const { embedding, usageMetadata } = replyObject(body);
    const data = embeddingsOf([fieldOf(embedding, "values")], inputs);
    return { data, usage: inputUsage(fieldOf(usageMetadata, "promptTokenCount")) };
  },
};
