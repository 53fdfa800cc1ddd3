import { create } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CreateEmbeddingRequestSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { FakeUpstream, Gate, type UpstreamRequest } from "../../../test/support/fake-upstream.ts";
import { GatewayError } from "../../chat/error.ts";
import { Lease } from "../../chat/lease.ts";
import type { EmbeddingCall, Provider } from "../provider.ts";
import { openAiHttp } from "./openai-http.ts";

let upstream: FakeUpstream;
let provider: Provider;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
  provider = openAiHttp({
    name: "vendor",
    baseUrl: upstream.baseUrl,
    headers: {},
    streamUsage: true,
    embeddings: { mostInputs: 3 },
    models: [],
    deps: { clock: new FakeClock() },
  });
});
afterEach(() => {
  upstream.clear();
  upstream.requests.splice(0);
});
afterAll(async () => {
  await provider.close();
  await upstream.close();
});

const texts = (count: number) => Array.from({ length: count }, (_, i) => String(i));

function callOf(input: readonly string[]): EmbeddingCall {
  const request = create(CreateEmbeddingRequestSchema, { model: "vendor/m", input: [...input], dimensions: 1 });
  return { callId: "call", model: "m", requestedModel: "vendor/m", lease: new Lease(), notes: {}, headers: {}, request };
}

function inputOf({ body }: UpstreamRequest): readonly string[] {
  return (JSON.parse(body.toString()) as { readonly input: readonly string[] }).input; // what the codec writes
}

const answer = (request: UpstreamRequest) => ({
  headers: { "x-request-id": "r" },
  steps: [
    JSON.stringify({
      model: "m-1",
      data: inputOf(request).map((text, index) => ({ index, embedding: [Number(text)] })),
      usage: { prompt_tokens: inputOf(request).length, total_tokens: inputOf(request).length },
    }),
  ],
});

async function embed(call: EmbeddingCall) {
  if (provider.embed === undefined) throw new Error("it has embeddings");
  return provider.embed(call);
}

describe("more inputs than the vendor takes", () => {
  it.each([1, 3, 4, 9, 20])("are asked for in parts and put together in order: %i", async (count) => {
    upstream.always(answer);
    const call = callOf(texts(count));
    const { data, usage, model } = await embed(call);
    expect(data.map(({ index, embedding }) => [index, embedding])).toEqual(texts(count).map((_, i) => [i, [i]]));
    expect(usage).toMatchObject({ promptTokens: count, totalTokens: count, estimated: false });
    expect(model).toBe("vendor/m");
    expect(upstream.requests.map(inputOf).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      Array.from({ length: Math.ceil(count / 3) }, (_, i) => texts(count).slice(3 * i, 3 * i + 3)),
    );
    expect(call.notes).toEqual({ upstreamRequestId: "r", upstreamModel: "m-1", droppedParams: [] });
    expect(call.lease.closed).toBe(true);
    expect(call.lease.error).toBeUndefined();
  });

  it("are asked for four parts at a time, whichever ends first", async () => {
    const gates = Array.from({ length: 4 }, () => new Gate());
    const first = gates.map((before, i) =>
      upstream.nextFor((request) => inputOf(request)[0] === String(3 * i), {
        ...answer({ body: Buffer.from(JSON.stringify({ input: texts(20).slice(3 * i, 3 * i + 3) })) } as UpstreamRequest), // of it the body is read
        before,
      }),
    );
    upstream.always(answer);
    const reply = embed(callOf(texts(20)));
    await Promise.all(first);
    expect(upstream.requests).toHaveLength(4);
    for (const gate of gates.reverse()) gate.open();
    expect((await reply).data.map(({ embedding }) => embedding[0])).toEqual(texts(20).map(Number));
    expect(upstream.requests).toHaveLength(7);
  });

  it("fail together when one part fails, and the others are let go", async () => {
    const gate = new Gate();
    const waiting = upstream.nextFor((request) => inputOf(request)[0] === "0", { before: gate });
    upstream.nextFor((request) => inputOf(request)[0] === "3", {
      before: waiting,
      status: 429,
      headers: { "retry-after": "7" },
      steps: [JSON.stringify({ error: { message: "slow down" } })],
    });
    upstream.always({ before: new Gate() });
    const call = callOf(texts(30));
    const error: unknown = await embed(call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: "upstream_rate_limited", retryAfterMs: 7000, provider: "vendor" });
    expect(call.lease.error).toBe(error);
    await (await waiting).closed;
    expect(upstream.requests.length).toBeLessThan(6);
    gate.open();
  });
});
