import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveParamsBut, textsOf } from "../embedding-params.ts";
import { embeddingsOf, inputUsage, replyObject } from "../embedding-reply.ts";
import { fieldOf } from "../json/field-of.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";

const written: ReadonlySet<string> = new Set(["model", "content", "outputDimensionality"]);

/** Gemini's embeddings: `models/{model}:batchEmbedContents` (https://ai.google.dev/api/embeddings#method:-models.batchembedcontents). */
export const geminiEmbeddings: EmbeddingCodec = {
  mostInputs: () => 100,

  encodeRequest(request, { model, unsupported, allowedOptions }) {
    const left = new LeftOutParams(unsupported);
    const rules = { vendor: "gemini", allowed: allowedOptions, written };
    leaveParamsBut(["dimensions"], rules, request, left);
    const options = vendorOptions(request, rules, left);
    const name = JSON.stringify(model.startsWith("models/") ? model : `models/${model}`);
    const rest = [
      ...(request.dimensions === undefined ? [] : [`,"outputDimensionality":${request.dimensions}`]),
      ...options.map(([option, json]) => `,${JSON.stringify(option)}:${json}`),
    ].join("");
    const requests = textsOf(request).map(
      (text) => `{"model":${name},"content":{"parts":[{"text":${JSON.stringify(text)}}]}${rest}}`,
    );
    return { body: `{"requests":[${requests.join(",")}]${left.passed}}`, dropped: left.names };
  },

  decodeResponse(body, { inputs }) {
    const { embeddings, usageMetadata } = replyObject(body);
    const values = Array.isArray(embeddings) ? embeddings.map((each: unknown) => fieldOf(each, "values")) : embeddings;
    return { data: embeddingsOf(values, inputs), usage: inputUsage(fieldOf(usageMetadata, "promptTokenCount")) };
  },
};
