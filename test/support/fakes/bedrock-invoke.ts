import { ValidationProblem } from "./bedrock-request-rules.ts";

/** What InvokeModel answers. */
interface InvokeReply {
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const members = {
  titan1: ["inputText"],
  titan2: ["inputText", "dimensions", "normalize", "embeddingTypes"],
  cohere3: ["texts", "images", "input_type", "truncate", "embedding_types"],
  cohere4: ["texts", "images", "inputs", "input_type", "truncate", "embedding_types", "output_dimension", "max_tokens"],
} as const;

/**
 * Embeddings of Bedrock's models (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and
 * …-embed-v3.html), of one number each: the text's length.
 * @throws ValidationProblem what the API answers 400 for.
 */
export function invokeReply(model: string, given: unknown): InvokeReply {
  const body = given as Readonly<Record<string, unknown>>; // members are looked at by name only
  const only = (names: readonly string[]) => {
    const other = Object.keys(body).find((name) => !names.includes(name));
    if (other !== undefined) throw new ValidationProblem(`extraneous key [${other}] is not permitted`);
  };
  if (model.includes("amazon.titan-embed")) {
    only(model.includes("v2") ? members.titan2 : members.titan1);
    const { inputText, dimensions = 1024 } = body;
    if (typeof inputText !== "string" || inputText === "") throw new ValidationProblem("inputText: expected minLength: 1");
    if (![256, 512, 1024].includes(Number(dimensions))) throw new ValidationProblem(`${dimensions} is not a valid enum value`);
    return { body: { embedding: [inputText.length], inputTextTokenCount: 2 } };
  }
  only(model.includes("-v3") ? members.cohere3 : members.cohere4);
  const { texts, input_type } = body;
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > 96) throw new ValidationProblem("texts: 1 to 96 are taken");
  if (typeof input_type !== "string") throw new ValidationProblem("required key [input_type] not found");
  const embeddings = { float: texts.map((text: unknown) => [String(text).length]) };
  const headers = { "x-amzn-bedrock-input-token-count": String(2 * texts.length) };
  return { body: { id: "fake", response_type: "embeddings_by_type", embeddings, texts }, headers };
}
