import { isDeepStrictEqual } from "node:util";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { FakeBedrock, fakeIdentity } from "../../test/support/fakes/bedrock.ts";
import { attempt, json, VendorBench } from "../../test/support/vendor-bench.ts";
import { Secret } from "../chat/secret.ts";
import type { EmbeddingCall } from "./provider.ts";

let bench: VendorBench;
beforeAll(async () => {
  bench = await VendorBench.start();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

function embeddingCall(model: string, request: MessageInitShape<typeof CreateEmbeddingRequestSchema>): EmbeddingCall {
  return { ...attempt(model), request: create(CreateEmbeddingRequestSchema, { model: "vendor/asked", ...request }) };
}

const google = "/projects/p/locations/global/publishers/google";
const dimensions = 4;
const extensionsJson = { gemini: '{"taskType":"RETRIEVAL_QUERY","autoTruncate":false}' };

interface EmbeddingCase {
  readonly type: string;
  readonly model: string;
  readonly request: MessageInitShape<typeof CreateEmbeddingRequestSchema>;
  /** Path, body and reply of each request. */
  readonly exchanges: readonly (readonly [path: string, body: object, reply: object])[];
  readonly promptTokens: number;
}

const embeddings: readonly EmbeddingCase[] = [
  {
    type: "gemini", // https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
    model: "gemini-embedding-001",
    request: { input: ["a", "b"], dimensions, extensionsJson: { gemini: '{"taskType":"CLUSTERING"}' } },
    exchanges: [
      [
        "/models/gemini-embedding-001:batchEmbedContents",
        {
          requests: ["a", "b"].map((text) => ({
            ...{ model: "models/gemini-embedding-001", content: { parts: [{ text }] } },
            ...{ outputDimensionality: 4, taskType: "CLUSTERING" },
          })),
        },
        { embeddings: [{ values: [1] }, { values: [2] }], usageMetadata: { promptTokenCount: 5 } },
      ],
    ],
    promptTokens: 5,
  },
  {
    type: "vertex", // https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
    model: "text-embedding-005",
    request: { input: ["a", "b"], dimensions, extensionsJson },
    exchanges: [
      [
        `${google}/models/text-embedding-005:predict`,
        {
          instances: ["a", "b"].map((content) => ({ content, task_type: "RETRIEVAL_QUERY" })),
          parameters: { outputDimensionality: 4, autoTruncate: false },
        },
        {
          predictions: [1, 2].map((value) => ({
            embeddings: { values: [value], statistics: { truncated: false, token_count: 3 } },
          })),
          metadata: { billableCharacterCount: 2 },
        },
      ],
    ],
    promptTokens: 6,
  },
  {
    type: "vertex", // of this one a request has one text
    model: "gemini-embedding-001",
    request: { input: ["a", "b"] },
    exchanges: ["a", "b"].map((content, at) => [
      `${google}/models/gemini-embedding-001:predict`,
      { instances: [{ content }] },
      { predictions: [{ embeddings: { values: [at + 1], statistics: { token_count: 1 } } }] },
    ]),
    promptTokens: 2,
  },
  {
    type: "vertex", // https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent
    model: "gemini-embedding-2",
    request: { input: ["a", "b"], dimensions, extensionsJson },
    exchanges: ["a", "b"].map((text, at) => [
      `${google}/models/gemini-embedding-2:embedContent`,
      { content: { parts: [{ text }] }, outputDimensionality: 4, taskType: "RETRIEVAL_QUERY", autoTruncate: false },
      { embedding: { values: [at + 1] }, usageMetadata: { promptTokenCount: 2 }, truncated: false },
    ]),
    promptTokens: 4,
  },
  {
    type: "bedrock", // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html
    model: "eu.cohere.embed-v4:0",
    request: { input: ["a", "b"], dimensions: 256 },
    exchanges: [
      [
        "/model/eu.cohere.embed-v4%3A0/invoke",
        { texts: ["a", "b"], embedding_types: ["float"], output_dimension: 256, input_type: "search_document" },
        { embeddings: { float: [[1], [2]] } },
      ],
    ],
    promptTokens: 2, // estimated: no header tells
  },
  {
    type: "azure", // https://learn.microsoft.com/azure/ai-foundry/openai/reference#embeddings
    model: "my embeddings",
    request: { input: ["a", "b"], dimensions },
    exchanges: [
      [
        "/openai/deployments/my%20embeddings/embeddings?api-version=2024-10-21",
        { model: "my embeddings", input: ["a", "b"], dimensions: 4 },
        { data: [1, 2].map((value, index) => ({ index, embedding: [value] })), usage: { prompt_tokens: 2, total_tokens: 2 } },
      ],
    ],
    promptTokens: 2,
  },
];

describe.each(embeddings)("embeddings of $type, $model", ({ type, model, request, exchanges, promptTokens }) => {
  it("are asked for as the vendor's page says", async () => {
    bench.always(({ body }) => {
      return json(exchanges.find(([, expected]) => isDeepStrictEqual(JSON.parse(body.toString()), expected))?.[2] ?? {});
    });
    const call = embeddingCall(model, request);
    const reply = await bench.open(type).embed?.(call);
    const inOrder = bench.asked().toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)); // parts come in any
    expect(inOrder).toEqual(exchanges.map(([path, body]) => ["POST", path, body]));
    expect(bench.upstream.requests.at(-1)?.headers.via).toBe("1.1 sluice");
    expect(reply?.data.map(({ embedding }) => embedding[0])).toEqual([1, 2]);
    expect(reply?.usage?.promptTokens).toBe(promptTokens);
    expect(reply?.model).toBe("vendor/asked");
    expect(call.notes).toMatchObject({ droppedParams: [] });
    expect([call.lease.closed, call.lease.error]).toEqual([true, undefined]);
  });

  it("are refused with the vendor's own words, and no others", async () => {
    const refusal = { error: { code: 400, message: "too long", status: "INVALID_ARGUMENT" }, message: "too long" };
    bench.always(() => ({ status: 400, ...json(refusal) }));
    const call = embeddingCall(model, { input: ["a"] });
    await expect(bench.open(type).embed?.(call)).rejects.toMatchObject({ code: "invalid_request", message: "too long" });
    expect(call.lease.error).toMatchObject({ code: "invalid_request" });
  });

  it.each(["", "{}", '{"predictions":[{}]}', '{"embedding":{"values":["x"]}}', '{"embeddings":[]}', '{"data":[]}'])(
    "are none in %j",
    async (text) => {
      bench.always(() => ({ steps: [text] }));
      const failed = bench.open(type).embed?.(embeddingCall(model, { input: ["a"] }));
      await expect(failed).rejects.toMatchObject({ code: "upstream_error" });
    },
  );
});

describe("what a vendor of embeddings does not take", () => {
  const types: readonly (readonly [type: string, model: string, reply: object])[] = [
    ["gemini", "m", { embeddings: [{ values: [1] }] }],
    ["vertex", "text-embedding-005", { predictions: [{ embeddings: { values: [1] } }] }],
    ["vertex", "gemini-embedding-2", { embedding: { values: [1] } }],
    ["bedrock", "amazon.titan-embed-text-v1", { embedding: [1] }],
  ];
  it.each(types)("is named, refused or passed on, by the policy: %s %s", async (type, model, reply) => {
    const request = { input: ["a"], user: "ann" };
    bench.answer(reply, reply, reply);
    const dropping = embeddingCall(model, request);
    await bench.open(type).embed?.(dropping);
    expect(dropping.notes.droppedParams).toEqual(["user"]);
    expect(bench.asked().at(-1)?.[2]).not.toHaveProperty("user");
    const rejecting = bench.open(type, { unsupportedParams: "reject" });
    const refused = { code: "unsupported_parameter", param: "user" };
    await expect(rejecting.embed?.(embeddingCall(model, request))).rejects.toMatchObject(refused);
    const passing: EmbeddingCall = { ...embeddingCall(model, request), unsupportedParams: "pass" }; // a target's wins
    await rejecting.embed?.(passing);
    expect(bench.asked().at(-1)?.[2]).toMatchObject({ user: "ann" });
    expect(bench.asked()).toHaveLength(2);
  });

  it("is another vendor's options, of one that speaks OpenAI's API too", async () => {
    const request = { input: ["a"], extensionsJson: { gemini: "{}" } };
    const refused = { code: "unsupported_parameter", param: "extensions.gemini" };
    const provider = bench.open("openai", { unsupportedParams: "reject" });
    await expect(provider.embed?.(embeddingCall("m", request))).rejects.toMatchObject(refused);
  });
});

it("Cohere is sent 96 texts at a time", async () => {
  bench.always(({ body }) => {
    const { input } = JSON.parse(body.toString()) as { input: readonly string[] }; // what the codec writes
    return json({ data: input.map((text, index) => ({ index, embedding: [Number(text)] })) });
  });
  const input = Array.from({ length: 97 }, (_, at) => String(at));
  const reply = await bench.open("cohere").embed?.(embeddingCall("embed-v4.0", { input }));
  expect(reply?.data.map(({ embedding }) => embedding[0])).toEqual(input.map(Number));
  expect(bench.asked().map(([, , body]) => Reflect.get(Object(body), "input").length)).toEqual([96, 1]);
});

describe("embeddings of Bedrock, signed and checked", () => {
  it.each([
    ["amazon.titan-embed-text-v2:0", { dimensions: 256, extensionsJson: { bedrock: '{"normalize":true}' } }],
    ["amazon.titan-embed-text-v1", { dimensions: 256 }],
    ["cohere.embed-multilingual-v3", { dimensions: 256, extensionsJson: { bedrock: '{"truncate":"END"}' } }],
    ["arn:aws:bedrock:us-east-1:1:inference-profile/us.cohere.embed-v4:0", { dimensions: 256 }],
  ])("%s", async (model, more) => {
    const fake = await FakeBedrock.start();
    const { region, accessKeyId } = fakeIdentity;
    const keys = { region, accessKeyId, secretAccessKey: new Secret(fakeIdentity.secretAccessKey), apiKey: undefined };
    const provider = bench.open("bedrock", { ...keys, baseUrl: fake.origin });
    const reply = await provider.embed?.(embeddingCall(model, { input: ["a", "bb", "ccc"], ...more }));
    expect(reply?.data.map(({ embedding }) => embedding)).toEqual([[1], [2], [3]]);
    expect(reply?.usage).toMatchObject({ promptTokens: 6, totalTokens: 6, estimated: false });
    const wrong = provider.embed?.(embeddingCall("amazon.nova-lite-v1:0", { input: ["a"] }));
    await expect(wrong).rejects.toMatchObject({ code: "invalid_request", param: "model" });
    await fake.close();
  });
});
