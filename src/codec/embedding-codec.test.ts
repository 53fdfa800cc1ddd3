import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../chat/error.ts";
import { bedrockEmbeddingPath, bedrockEmbeddings } from "./bedrock/embeddings.ts";
import type { EmbeddingCodec } from "./embedding-codec.ts";
import { geminiEmbeddings } from "./gemini/embeddings.ts";
import { vertexEmbeddings } from "./gemini/vertex-embeddings.ts";
import { openAiEmbeddings } from "./openai/embeddings.ts";

interface Case {
  readonly name: string;
  readonly codec: EmbeddingCodec;
  readonly model: string;
  readonly request: MessageInitShape<typeof CreateEmbeddingRequestSchema>;
  readonly allowed?: readonly string[];
  readonly body: object;
  readonly dropped?: readonly string[];
}

const openai = openAiEmbeddings();
const titan2 = "amazon.titan-embed-text-v2:0";

/** Bodies as the vendors' pages, which the codecs name, describe them. */
const bodies: readonly Case[] = [
  {
    name: "OpenAI's, with every field",
    codec: openai,
    model: "m",
    request: { input: ["a", "b"], encodingFormat: "float", dimensions: 8, user: "u", unknownFieldsJson: '{"truncate":"END"}' },
    body: { model: "m", input: ["a", "b"], encoding_format: "float", dimensions: 8, user: "u", truncate: "END" },
  },
  {
    name: "OpenAI's, in tokens, with vendors' options",
    codec: openai,
    model: "m",
    request: { inputTokens: [{ tokens: [1, 2] }, { tokens: [3] }], extensionsJson: { gemini: "{}" } },
    body: { model: "m", input: [[1, 2], [3]] },
    dropped: ["extensions.gemini"],
  },
  {
    name: "Gemini's, an item a text",
    codec: geminiEmbeddings,
    model: "gemini-embedding-001",
    request: {
      input: ["a", "b"],
      dimensions: 768,
      user: "u",
      extensionsJson: { gemini: '{"taskType":"RETRIEVAL_QUERY","other":1}', openai: "{}" },
    },
    allowed: ["taskType"],
    body: {
      requests: ["a", "b"].map((text) => ({
        model: "models/gemini-embedding-001",
        content: { parts: [{ text }] },
        outputDimensionality: 768,
        taskType: "RETRIEVAL_QUERY",
      })),
    },
    dropped: ["extensions.openai", "user", "extensions.gemini.other"],
  },
  {
    name: "Titan's second",
    codec: bedrockEmbeddings,
    model: titan2,
    request: { input: ["a"], dimensions: 512, encodingFormat: "base64", extensionsJson: { bedrock: '{"normalize":false}' } },
    allowed: ["normalize"],
    body: { inputText: "a", dimensions: 512, normalize: false },
  },
  {
    name: "Titan's first, which makes one length only",
    codec: bedrockEmbeddings,
    model: "amazon.titan-embed-text-v1",
    request: { input: ["a"], dimensions: 512 },
    body: { inputText: "a" },
    dropped: ["dimensions"],
  },
  {
    name: "Cohere's third",
    codec: bedrockEmbeddings,
    model: "cohere.embed-multilingual-v3",
    request: { input: ["a", "b"], dimensions: 512 },
    body: { texts: ["a", "b"], embedding_types: ["float"], input_type: "search_document" },
    dropped: ["dimensions"],
  },
  {
    name: "Cohere's fourth, by an inference profile",
    codec: bedrockEmbeddings,
    model: "arn:aws:bedrock:us-east-1:1:inference-profile/us.cohere.embed-v4:0",
    request: { input: ["a"], dimensions: 512, extensionsJson: { bedrock: '{"input_type":"search_query"}' } },
    body: { texts: ["a"], embedding_types: ["float"], output_dimension: 512, input_type: "search_query" },
  },
];

const encode = (
  { codec, model, request, allowed = [] }: Pick<Case, "codec" | "model" | "request" | "allowed">,
  unsupported: "drop" | "reject" | "pass" = "drop",
) => codec.encodeRequest(create(CreateEmbeddingRequestSchema, request), { model, unsupported, allowedOptions: new Set(allowed) });

describe("bodies", () => {
  it.each(bodies)("$name", (each) => {
    const { body, dropped } = encode(each);
    expect(JSON.parse(body)).toEqual(each.body);
    expect(dropped).toEqual(each.dropped ?? []);
  });

  it.each(bodies.filter(({ dropped }) => dropped !== undefined))("$name: refused under the policy reject", (each) => {
    expect(() => encode(each, "reject")).toThrow(GatewayError);
  });

  it("pass what the vendor is to judge", () => {
    const request = { input: ["a"], user: "u", dimensions: 3 };
    expect(JSON.parse(encode({ codec: bedrockEmbeddings, model: "amazon.titan-embed-text-v1", request }, "pass").body)).toEqual({
      inputText: "a",
      user: "u",
      dimensions: 3,
    });
  });

  it.each([
    ["Gemini", geminiEmbeddings, "m"],
    ["Vertex AI's predictions", vertexEmbeddings, "text-embedding-005"],
    ["Vertex AI's Gemini", vertexEmbeddings, "gemini-embedding-2"],
    ["Titan", bedrockEmbeddings, titan2],
    ["Cohere", bedrockEmbeddings, "cohere.embed-v4:0"],
  ])("of %s take no tokens", (_, codec, model) => {
    expect(() => encode({ codec, model, request: { inputTokens: [{ tokens: [1] }] } })).toThrow(/takes texts, not tokens/);
  });

  it.each([
    ["Gemini", geminiEmbeddings, "m", "gemini", "content"],
    ["Vertex AI's predictions", vertexEmbeddings, "text-embedding-005", "gemini", "instances"],
    ["Vertex AI's Gemini", vertexEmbeddings, "gemini-embedding-2", "gemini", "content"],
    ["Titan", bedrockEmbeddings, titan2, "bedrock", "inputText"],
    ["Cohere", bedrockEmbeddings, "cohere.embed-v4:0", "bedrock", "texts"],
  ])("of %s let no option stand for what they write", (_, codec, model, vendor, option) => {
    const request = { input: ["a"], extensionsJson: { [vendor]: `{"${option}":1}` } };
    expect(() => encode({ codec, model, request, allowed: [option] })).toThrow(/the gateway's to write/);
    const strange = { input: ["a"], unknownFieldsJson: `{"${option}":1,"normalize":2,"novel":3}` };
    const { body, dropped } = encode({ codec, model, request: strange, allowed: ["normalize"] }, "pass");
    expect(body.match(new RegExp(`"${option}":1|"normalize"`))).toBeNull();
    expect(body).toContain('"novel":3');
    expect(dropped).toEqual([option, "normalize"]);
  });

  it("of another model of Bedrock's are not known", () => {
    expect(() => encode({ codec: bedrockEmbeddings, model: "amazon.nova-lite-v1:0", request: { input: ["a"] } })).toThrow(
      GatewayError,
    );
  });

  it("go to a path with the model's id in one segment", () => {
    expect(bedrockEmbeddingPath("arn:aws:x/y")).toBe("/model/arn%3Aaws%3Ax%2Fy/invoke");
  });
});

describe("replies", () => {
  const headers = { "x-amzn-bedrock-input-token-count": "5" };
  it.each([
    [
      "OpenAI's",
      openai,
      "m",
      {
        data: [
          { index: 1, embedding: [3] },
          { index: 0, embedding: [1, 2] },
        ],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      },
      4,
    ],
    ["Gemini's", geminiEmbeddings, "m", { embeddings: [{ values: [1, 2] }, { values: [3] }] }, undefined],
    [
      "Gemini's with usage",
      geminiEmbeddings,
      "m",
      { embeddings: [{ values: [1, 2] }, { values: [3] }], usageMetadata: { promptTokenCount: 6 } },
      6,
    ],
    ["Cohere's", bedrockEmbeddings, "cohere.embed-v4:0", { embeddings: { float: [[1, 2], [3]] } }, 5],
    ["Cohere's without types", bedrockEmbeddings, "cohere.embed-english-v3", { embeddings: [[1, 2], [3]] }, 5],
  ])("%s", (_, codec, model, reply, tokens) => {
    const { data, usage } = codec.decodeResponse(JSON.stringify(reply), { model, inputs: 2, headers });
    expect(data.map(({ index, embedding }) => [index, embedding])).toEqual([
      [0, [1, 2]],
      [1, [3]],
    ]);
    expect(usage?.promptTokens).toBe(tokens);
  });

  it("Titan's", () => {
    const body = JSON.stringify({ embedding: [0.5], inputTextTokenCount: 7, embeddingsByType: { float: [0.5] } });
    const { data, usage } = bedrockEmbeddings.decodeResponse(body, { model: titan2, inputs: 1, headers: {} });
    expect(data[0]?.embedding).toEqual([0.5]);
    expect(usage).toMatchObject({ promptTokens: 7, totalTokens: 7 });
  });

  const broken = [
    "",
    "null",
    "[]",
    "{",
    '{"embeddings":[]}',
    '{"embeddings":[{"values":["a"]}]}',
    '{"embeddings":[[null]]}',
    '{"embedding":[1e400]}',
    '{"data":[{"embedding":"AAA"}]}',
    '{"data":[{"embedding":[1]}]} x',
  ];
  it.each([
    ["OpenAI", openai, "m"],
    ["Gemini", geminiEmbeddings, "m"],
    ["Titan", bedrockEmbeddings, titan2],
    ["Cohere", bedrockEmbeddings, "cohere.embed-v4:0"],
  ])("of %s that are none are the upstream's error", (_, codec, model) => {
    for (const body of broken) {
      const thrown = (() => {
        try {
          return codec.decodeResponse(body, { model, inputs: 1, headers: {} });
        } catch (error) {
          return error;
        }
      })();
      expect(thrown, body).toMatchObject({ code: "upstream_error" });
    }
  });
});
