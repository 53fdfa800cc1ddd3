import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveParamsBut, textsOf } from "../embedding-params.ts";
import { embeddingsOf, inputUsage, replyObject } from "../embedding-reply.ts";
import { fieldOf } from "../json/field-of.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";

const written: ReadonlySet<string> = new Set(["instances", "parameters", "content", "outputDimensionality"]);

/** Options that belong to each text, by the names that they have there; the others are of the request. */
const ofText: ReadonlyMap<string, string> = new Map([
  ["taskType", "task_type"],
  ["title", "title"],
]);

const member = (name: string, json: string | number): string => `${JSON.stringify(name)}:${json}`;

/**
 * Embeddings of Vertex AI's text models: `:predict`
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api). A request has 250 texts and 20,000 tokens at
 * the most, a text 2,048: nine texts always fit. gemini-embedding-001 takes one.
 */
export const predictEmbeddings: EmbeddingCodec = {
  mostInputs: (model) => (model.endsWith("gemini-embedding-001") ? 1 : 9),

  encodeRequest(request, { unsupported, allowedOptions }) {
    const left = new LeftOutParams(unsupported);
    const rules = { vendor: "gemini", allowed: allowedOptions, written };
    leaveParamsBut(["dimensions"], rules, request, left);
    const options = vendorOptions(request, rules, left);
    const parameters = request.dimensions === undefined ? [] : [member("outputDimensionality", request.dimensions)];
    let perText = "";
    for (const [option, json] of options) {
      const name = ofText.get(option);
      if (name === undefined) parameters.push(member(option, json));
      else perText += `,${member(name, json)}`;
    }
    const instances = textsOf(request).map((text) => `{"content":${JSON.stringify(text)}${perText}}`);
    const rest = parameters.length === 0 ? "" : `,"parameters":{${parameters.join(",")}}`;
    return { body: `{"instances":[${instances.join(",")}]${rest}${left.passed}}`, dropped: left.names };
  },

  decodeResponse(body, { inputs }) {
    const { predictions } = replyObject(body);
    const embeddings = Array.isArray(predictions) ? predictions.map((each: unknown) => fieldOf(each, "embeddings")) : [];
    const data = embeddingsOf(
      embeddings.map((each) => fieldOf(each, "values")),
      inputs,
    );
    const counts = embeddings.map((each) => Number(fieldOf(fieldOf(each, "statistics"), "token_count")));
    return { data, usage: inputUsage(counts.reduce((sum, count) => sum + count, 0)) };
  },
};
