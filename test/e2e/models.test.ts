import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import { ModelService } from "#gen/sluice/chat/v1/model_service_pb";
import { EmbeddingService } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { sse } from "../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";

let upstream: FakeUpstream;
let gateway: RunningGateway | undefined;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  upstream.clear();
  upstream.requests.splice(0);
});
afterAll(() => upstream.close());

const usage = { prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010, prompt_tokens_details: { cached_tokens: 400 } };
/** 600 at 2 dollars, 400 at half a dollar, 10 at 8 dollars, per million. */
const nanoUsd = 1_200_000n + 200_000n + 80_000n;

async function start(): Promise<RunningGateway> {
  gateway = await startGateway({
    providers: {
      up: { type: "openai-compatible", baseUrl: upstream.baseUrl, models: ["configured"] },
      openai: { type: "openai", apiKey: "sk-test", baseUrl: upstream.baseUrl },
    },
    models: { best: { targets: [{ provider: "openai", model: "gpt-4o" }] } },
    prices: { "up/priced": { input: 2, output: 8, cachedInput: 0.5 } },
    modelLimits: { "up/configured": { contextWindow: 4096 } },
  });
  return gateway;
}

describe("the list of models", () => {
  it("has what is configured and what the vendors tell, with what is known of each", async () => {
    upstream.always({ steps: [JSON.stringify({ data: [{ id: "gpt-4o", created: 7 }, { id: "bad name" }, { id: 5 }, {}] })] });
    const { url } = await start();
    expect(upstream.requests).toEqual([]);
    const { models } = await createClient(ModelService, createGrpcTransport({ baseUrl: url })).listModels({});
    expect(models.map(({ id }) => id).filter((id) => !id.startsWith("demo/"))).toEqual([
      "best",
      "openai/gpt-4o",
      "up/configured",
      "up/gpt-4o",
    ]);
    const find = (id: string) => models.find((model) => model.id === id);
    const facts = { created: 7, inputModalities: ["text", "image", "pdf"], prices: { input: 2.5, output: 10 } };
    expect(find("best")).toMatchObject({ ...facts, ownedBy: "openai" });
    expect(find("openai/gpt-4o")).toMatchObject(facts);
    expect(find("up/gpt-4o")).toMatchObject({ created: 7, inputModalities: [] });
    expect(find("up/configured")).toMatchObject({ contextWindow: 4096 });
    expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/models", "GET /v1/models"]);
    expect(upstream.requests.map(({ headers }) => headers.authorization).sort()).toEqual(["Bearer sk-test", undefined]);
    await fetch(`${url}/v1/models`);
    expect(upstream.requests).toHaveLength(2);
  });

  it("is there without what a vendor that fails would tell", async () => {
    upstream.always({ status: 500, steps: ["no"] });
    const { url } = await start();
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(["best", "up/configured", "demo/echo"]));
    expect(Object.keys(data[0] ?? {}).sort()).toEqual(["created", "id", "object", "owned_by"]);
    expect(await client.models.retrieve("up/configured")).toEqual({
      id: "up/configured",
      object: "model",
      created: 0,
      owned_by: "up",
    });
  });

  it("tells OpenAI's fields, and more to those who ask", async () => {
    upstream.always({ steps: ['{"data":[]}'] });
    const { url } = await start();
    const told = await fetch(`${url}/v1/models/best`, { headers: { "x-sluice-info": "1" } });
    expect(await told.json()).toMatchObject({ id: "best", object: "model", sluice: { prices: { input: 2.5, output: 10 } } });
  });
});

describe("what a call costs", () => {
  const chat = (model: string) => ({ model, messages: [{ role: "user", content: "hi" }] });
  const reply = (extra: object) => JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "priced", ...extra });
  const choice = { index: 0, message: { role: "assistant", content: "x" }, finish_reason: "stop" };

  it("is in the header of an unstreamed REST reply, and nowhere in its body", async () => {
    const { url } = await start();
    upstream.next({ steps: [reply({ choices: [choice], usage })] }, { steps: [reply({ choices: [choice], usage })] });
    const ask = (model: string) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(chat(model)),
      });
    const priced = await ask("up/priced");
    expect(priced.headers.get("x-sluice-cost-usd")).toBe("0.00148");
    expect(await priced.text()).not.toContain("cost");
    expect((await ask("up/other")).headers.has("x-sluice-cost-usd")).toBe(false);
  });

  it("is in RPC replies, the final chunk and the trailers", async () => {
    const { url } = await start();
    const client = createClient(ChatCompletionService, createGrpcTransport({ baseUrl: url }));
    const request = { model: "up/priced", messages: [{ role: Role.USER, content: "hi" }] };
    upstream.next({ steps: [reply({ choices: [choice], usage })] });
    let trailer: string | null = null;
    const onTrailer = (trailers: Headers) => {
      trailer = trailers.get("sluice-cost-nanousd");
    };
    const whole = await client.createChatCompletion(request, { onTrailer });
    expect(whole.cost).toMatchObject({ totalNanoUsd: nanoUsd, promptNanoUsd: 1_400_000n, completionNanoUsd: 80_000n });
    expect(trailer).toBe(String(nanoUsd));
    const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "priced" };
    upstream.next({
      steps: [
        sse({ ...chunk, choices: [{ index: 0, delta: { content: "x" }, finish_reason: "stop" }] }),
        sse({ ...chunk, choices: [], usage }),
        sse("[DONE]"),
      ],
    });
    trailer = null;
    const costs: (bigint | undefined)[] = [];
    for await (const { cost } of client.streamChatCompletion(request, { onTrailer })) costs.push(cost?.totalNanoUsd);
    expect(costs.at(-1)).toBe(nanoUsd);
    expect(costs.slice(0, -1).filter((cost) => cost !== undefined)).toEqual([]);
    expect(trailer).toBe(String(nanoUsd));
  });

  it("is told of embeddings, too", async () => {
    const { url } = await start();
    const body = { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 50, total_tokens: 50 } };
    upstream.always({ steps: [JSON.stringify(body)] });
    const client = createClient(EmbeddingService, createGrpcTransport({ baseUrl: url }));
    const { cost } = await client.createEmbedding({ model: "openai/text-embedding-3-small", input: ["a"] });
    expect(cost).toMatchObject({ totalNanoUsd: 1000n, promptNanoUsd: 1000n, completionNanoUsd: 0n });
    const response = await fetch(`${url}/v1/embeddings`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "openai/text-embedding-3-small", input: "a" }),
    });
    expect(response.headers.get("x-sluice-cost-usd")).toBe("0.000001");
  });

  it("is nothing for the demo", async () => {
    const { url } = await start();
    const client = createClient(ChatCompletionService, createGrpcTransport({ baseUrl: url }));
    const { cost } = await client.createChatCompletion({ model: "demo/echo", messages: [{ role: Role.USER, content: "hi" }] });
    expect(cost?.totalNanoUsd).toBe(0n);
  });
});
