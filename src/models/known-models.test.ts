import { describe, expect, it } from "vitest";
import { knownModels } from "./known-models.ts";
import { modelTable } from "./model-table.ts";

const types = new Map([
  ["openai", "openai"],
  ["mine", "azure"],
  ["claude", "anthropic"],
  ["aws", "bedrock"],
  ["gcp", "vertex"],
  ["google", "gemini"],
  ["local", "openai-compatible"],
  ["demo", "demo"],
]);
const nothing = { prices: {}, modelLimits: {} };
const known = knownModels(types, nothing);

describe("knownModels", () => {
  it.each([
    ["openai", "gpt-4o", "openai/gpt-4o"],
    ["openai", "gpt-4o-2024-11-20", "openai/gpt-4o-2024-11-20"],
    ["openai", "gpt-4o-2099-01-01", "openai/gpt-4o"],
    ["mine", "gpt-4o", "openai/gpt-4o"],
    ["claude", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"],
    ["aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic/claude-sonnet-4-5"],
    ["aws", "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-4-6-v1", "anthropic/claude-opus-4-6"],
    ["aws", "amazon.titan-embed-text-v2:0", "bedrock/amazon.titan-embed-text-v2:0"],
    ["gcp", "claude-haiku-4-5@20251001", "anthropic/claude-haiku-4-5"],
    ["gcp", "gemini-2.5-pro", "gemini/gemini-2.5-pro"],
    ["google", "models/gemini-2.5-flash", "gemini/gemini-2.5-flash"],
  ])("finds %s/%s in the table as %s", (provider, model, row) => {
    const [, , contextWindow, , input, output] = modelTable.find(([vendor, name]) => `${vendor}/${name}` === row) ?? [];
    expect(input).toBeTypeOf("number");
    expect(known.facts(provider, model)).toMatchObject({ contextWindow, price: { input, output } });
    expect(known.of(provider, model)).toEqual(known.facts(provider, model)?.price);
  });

  it.each([
    ["local", "gpt-4o"],
    ["openai", "gpt-4o-mine"],
    ["nobody", "gpt-4o"],
    ["openai", "constructor"],
  ])("knows nothing of %s/%s", (provider, model) => {
    expect(known.facts(provider, model)).toBeUndefined();
    expect(known.of(provider, model)).toBeUndefined();
  });

  it("knows that the demo is free", () => {
    expect(known.of("demo", "echo")).toEqual({ input: 0, output: 0 });
  });

  it("takes a configuration's word over the table's, field by field", () => {
    const price = { input: 1, output: 2, cachedInput: 0.5 };
    const own = knownModels(types, {
      prices: { "openai/gpt-4o": price, "local/m": price },
      modelLimits: { "openai/gpt-4o": { contextWindow: 9, maxOutputTokens: undefined } },
    });
    expect(own.facts("openai", "gpt-4o")).toMatchObject({ ...known.facts("openai", "gpt-4o"), contextWindow: 9, price });
    expect(own.facts("local", "m")).toMatchObject({ price, inputModalities: [] });
    expect(own.facts("local", "toString")).toBeUndefined();
  });
});

describe("the table", () => {
  it("has every model once, with prices that can be", () => {
    const names = modelTable.map(([vendor, model]) => `${vendor}/${model}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(80);
    for (const [vendor, model, , , input, output, cached] of modelTable) {
      expect(input, `${vendor}/${model}`).toBeLessThan(1000);
      expect(output).toBeGreaterThanOrEqual(0);
      expect(cached ?? 0).toBeLessThanOrEqual(input);
    }
  });
});
