import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveParamsBut, textsOf } from "../embedding-params.ts";
import { embeddingsOf, inputUsage, replyObject } from "../embedding-reply.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";

const written: ReadonlySet<string> = new Set(["inputText", "dimensions"]);

/**
 * Amazon Titan's text embeddings, one text a request
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html). Only the second version makes shorter
 * vectors.
 */
export const titanEmbeddings: EmbeddingCodec = {
  mostInputs: () => 1,

  encodeRequest(request, { model, unsupported, allowedOptions }) {
    const left = new LeftOutParams(unsupported);
    const taken = /titan-embed-text-v2/.test(model) ? ["dimensions"] : [];
    const rules = { vendor: "bedrock", allowed: allowedOptions, written };
    leaveParamsBut(taken, rules, request, left);
    const [text = ""] = textsOf(request);
    const dimensions = taken.length > 0 && request.dimensions !== undefined ? `,"dimensions":${request.dimensions}` : "";
    const options = vendorOptions(request, rules, left)
      .map(([option, json]) => `,${JSON.stringify(option)}:${json}`)
      .join("");
    return { body: `{"inputText":${JSON.stringify(text)}${dimensions}${options}${left.passed}}`, dropped: left.names };
  },

  decodeResponse(body, { inputs }) {
    const { embedding, inputTextTokenCount } = replyObject(body);
    return { data: embeddingsOf([embedding], inputs), usage: inputUsage(inputTextTokenCount) };
  },
};
