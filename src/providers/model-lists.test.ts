import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { json, VendorBench } from "../../test/support/vendor-bench.ts";
import { Lease } from "../chat/lease.ts";

let bench: VendorBench;
beforeAll(async () => {
  bench = await VendorBench.start();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

describe("the list of models", () => {
  it("of Anthropic comes in pages", async () => {
    const entry = (id: string, created_at: unknown) => ({ type: "model", id, display_name: id, created_at });
    bench.answer(
      {
        data: [entry("claude-a", "2025-02-19T00:00:00Z"), { id: 7 }, null],
        has_more: true,
        first_id: "x",
        last_id: "claude a&b",
      },
      { data: [entry("claude-b", "some day"), entry("claude-c", "1960-01-01T00:00:00Z")], has_more: false, last_id: "claude-c" },
    );
    const created = Date.UTC(2025, 1, 19) / 1000;
    const models = [
      { id: "claude-a", created },
      { id: "claude-b", created: 0 },
      { id: "claude-c", created: 0 },
    ];
    expect(await bench.open("anthropic").listModels?.(new Lease())).toEqual(models);
    expect(bench.asked().map(([method, path]) => [method, path])).toEqual([
      ["GET", "/models?limit=1000"],
      ["GET", "/models?limit=1000&after_id=claude%20a%26b"],
    ]);
  });

  it("of Gemini has what answers or makes embeddings", async () => {
    const entry = (name: string, ...supportedGenerationMethods: string[]) => ({ name, supportedGenerationMethods });
    bench.answer(
      {
        models: [entry("models/gemini-a", "generateContent", "countTokens"), entry("models/imagen", "predict"), {}],
        nextPageToken: "a+b=",
      },
      { models: [entry("models/gemini-embedding", "embedContent"), entry("models/aqa", "generateAnswer")] },
    );
    expect(await bench.open("gemini").listModels?.(new Lease())).toEqual([
      { id: "gemini-a", created: 0 },
      { id: "gemini-embedding", created: 0 },
    ]);
    expect(bench.asked().map(([method, path]) => [method, path])).toEqual([
      ["GET", "/models?pageSize=1000"],
      ["GET", "/models?pageSize=1000&pageToken=a%2Bb%3D"],
    ]);
  });

  it.each(["anthropic", "gemini"])("of %s is none in other replies", async (type) => {
    for (const steps of [["{"], ["{}"], ["null"], ['{"data":{},"models":7}']]) {
      bench.upstream.next({ steps });
      await expect(bench.open(type).listModels?.(new Lease())).rejects.toMatchObject({ code: "upstream_error" });
    }
    bench.upstream.next({ status: 403, ...json({}) });
    await expect(bench.open(type).listModels?.(new Lease())).rejects.toMatchObject({ code: "upstream_auth" });
  });
});
