import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { CreateEmbeddingRequest, CreateEmbeddingResponse, Embedding } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { toFloat32, valuesFromBase64, valuesToBase64 } from "../embedding-values.ts";
import {
  constant,
  count,
  exactObject,
  type JsonCodec,
  type JsonMember,
  JsonObject,
  list,
  looseCount,
  map,
  member,
  number,
  text,
  unlessEmpty,
} from "../json/json-object.ts";
import type { JsonReader } from "../json/json-reader.ts";

const tokens = list(count);

/** `input`: a text, texts, one input's tokens, or several inputs' tokens. */
const input: JsonMember<CreateEmbeddingRequest> = {
  key: "input",
  read(reader, into) {
    if (reader.kind() === "string") {
      into.input = [reader.string()];
      return;
    }
    const flat: number[] = [];
    const kinds = new Set<string>();
    reader.array(() => {
      kinds.add(reader.kind());
      if (kinds.size > 1) reader.fail("must be of the same kind as the one before");
      readItem(reader, into, flat);
    });
    if (kinds.size === 0) reader.fail("must not be empty");
    if (flat.length > 0) into.inputTokens = [{ $typeName: "sluice.embeddings.v1.TokenInput", tokens: flat }];
  },
  write: ({ input, inputTokens }) =>
    inputTokens.length > 0 ? `[${inputTokens.map((each) => tokens.write(each.tokens)).join(",")}]` : list(text).write(input),
};

function readItem(reader: JsonReader, into: CreateEmbeddingRequest, flat: number[]): void {
  if (reader.kind() === "number") flat.push(count.read(reader));
  else if (reader.kind() === "array") {
    into.inputTokens.push({ $typeName: "sluice.embeddings.v1.TokenInput", tokens: tokens.read(reader) });
  } else into.input.push(reader.string());
}

/** An embedding request as OpenAI's JSON (https://platform.openai.com/docs/api-reference/embeddings/create). */
export const embeddingRequestJson = new JsonObject<CreateEmbeddingRequest>(
  () => ({
    $typeName: "sluice.embeddings.v1.CreateEmbeddingRequest",
    input: [],
    model: "",
    inputTokens: [],
    extensionsJson: {},
  }),
  [
    member("model", "model", text),
    input,
    member("encoding_format", "encodingFormat", text),
    member("dimensions", "dimensions", count),
    member("user", "user", text),
    unlessEmpty("extensions", "extensionsJson", map(exactObject)),
  ],
);

/** A vector in either form; written in one. */
const values = (format: "float" | "base64"): JsonCodec<number[]> => ({
  read(reader) {
    const read = reader.kind() === "string" ? valuesFromBase64(reader.string()) : toFloat32(list(number).read(reader));
    return read ?? reader.fail("must be a vector");
  },
  write: (vector) => (format === "base64" ? `"${valuesToBase64(vector)}"` : `[${vector.join(",")}]`),
});

const usage = new JsonObject<Usage>(
  () => ({ $typeName: "sluice.chat.v1.Usage", promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: false }),
  [member("prompt_tokens", "promptTokens", looseCount), member("total_tokens", "totalTokens", looseCount)],
);

/** The index of a vector that says none. */
export const noIndex = -1;

function responseJson(format: "float" | "base64"): JsonObject<CreateEmbeddingResponse> {
  const embedding = new JsonObject<Embedding>(
    () => ({ $typeName: "sluice.embeddings.v1.Embedding", index: noIndex, embedding: [] }),
    [constant("object", "embedding"), member("index", "index", looseCount), member("embedding", "embedding", values(format))],
  );
  return new JsonObject<CreateEmbeddingResponse>(
    () => ({ $typeName: "sluice.embeddings.v1.CreateEmbeddingResponse", data: [], model: "" }),
    [
      constant("object", "list"),
      member("data", "data", list(embedding)),
      member("model", "model", text),
      member("usage", "usage", usage),
    ],
  );
}

/** A reply as OpenAI's JSON, by the form in which vectors are written. Both forms are read. */
export const embeddingResponseJson = { float: responseJson("float"), base64: responseJson("base64") } as const;
