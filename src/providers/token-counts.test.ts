import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkRequest } from "../../test/support/fakes/anthropic-rules.ts";
import { requestFault } from "../../test/support/fakes/gemini-request-check.ts";
import { attempt, json, VendorBench } from "../../test/support/vendor-bench.ts";
import { GatewayError } from "../chat/error.ts";
import { decodeRequest } from "../codec/openai/decode-request.ts";
import type { CountCall } from "./provider.ts";

let bench: VendorBench;
beforeAll(async () => {
  bench = await VendorBench.start();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

function countCall(model: string, body: object): CountCall {
  return { ...attempt(model), request: decodeRequest(Buffer.from(JSON.stringify({ model: "vendor/asked", ...body }))) };
}

const google = "/projects/p/locations/global/publishers/google";
const tool = { name: "weather", description: "Tells it", parameters: { type: "object", properties: {} } };
const chat = {
  messages: [
    { role: "system", content: "Be brief" },
    { role: "user", content: "Grüß Gott" },
  ],
  tools: [{ type: "function", function: tool }],
  max_tokens: 9,
  temperature: 0.5,
  stop: ["x"],
  seed: 7,
};

describe("counting", () => {
  const contents = [{ role: "user", parts: [{ text: "Grüß Gott" }] }];
  const systemInstruction = { parts: [{ text: "Be brief" }] };
  const { parameters: parametersJsonSchema, ...named } = tool;
  const tools = [{ functionDeclarations: [{ ...named, parametersJsonSchema }] }];
  const generationConfig = { temperature: 0.5, maxOutputTokens: 9, stopSequences: ["x"], seed: 7 };

  it("of Anthropic asks with what is counted of a message", async () => {
    bench.answer({ input_tokens: 42 });
    const call = countCall("claude-sonnet-4-5", { ...chat, extensions: { anthropic: { betas: ["a-beta"] } } });
    expect(await bench.open("anthropic").countTokens?.(call)).toEqual({ tokens: 42, method: "vendor" });
    const { parameters: input_schema, ...rest } = tool;
    const body = {
      model: "claude-sonnet-4-5",
      system: [{ type: "text", text: "Be brief" }],
      messages: [{ role: "user", content: [{ type: "text", text: "Grüß Gott" }] }],
      tools: [{ ...rest, input_schema }],
    };
    expect(bench.asked()).toEqual([["POST", "/messages/count_tokens", body]]);
    expect(checkRequest({ ...body, max_tokens: 1 })).toBeDefined();
    const { headers } = bench.upstream.requests[0] ?? {};
    expect(headers).toMatchObject({
      via: "1.1 sluice",
      "anthropic-beta": "a-beta",
      "anthropic-version": "2023-06-01",
      "x-api-key": "key",
    });
    expect(call.notes.droppedParams).toEqual(["seed"]);
    expect([call.lease.closed, call.lease.error]).toEqual([true, undefined]);
  });

  it("of Gemini asks with the whole request", async () => {
    bench.answer({ totalTokens: 42, promptTokensDetails: [] });
    const call = countCall("models/gemini-3-flash", chat);
    expect(await bench.open("gemini").countTokens?.(call)).toEqual({ tokens: 42, method: "vendor" });
    const request = { contents, systemInstruction, tools, generationConfig };
    const body = { generateContentRequest: { model: "models/gemini-3-flash", ...request } };
    expect(bench.asked()).toEqual([["POST", "/models/gemini-3-flash:countTokens", body]]);
    expect(requestFault(request, "gemini-3-flash")).toBeUndefined();
  });

  it("of Vertex AI asks with the members that it counts", async () => {
    bench.answer({ totalTokens: 42, totalBillableCharacters: 9 });
    const safety = { extensions: { gemini: { safetySettings: [] } }, tool_choice: "required" };
    const call = countCall("gemini-3-flash", { ...chat, ...safety });
    expect(await bench.open("vertex").countTokens?.(call)).toEqual({ tokens: 42, method: "vendor" });
    const body = { contents, systemInstruction, tools, generationConfig };
    expect(bench.asked()).toEqual([["POST", `${google}/models/gemini-3-flash:countTokens`, body]]);
  });

  it.each(["anthropic", "gemini", "vertex"])("of %s fails with the vendor, and follows the policy", async (type) => {
    const model = type === "anthropic" ? "claude-sonnet-4-5" : "gemini-3-flash";
    const provider = bench.open(type, { unsupportedParams: "reject" });
    for (const reply of [{}, { totalTokens: -1, input_tokens: 1.5 }, []]) {
      bench.answer(reply);
      const call = countCall(model, { messages: chat.messages });
      await expect(provider.countTokens?.(call)).rejects.toMatchObject({ code: "upstream_error" });
      expect(call.lease.error).toBeInstanceOf(GatewayError);
    }
    const lacking = countCall(model, { messages: chat.messages, logit_bias: { 1: 1 } });
    await expect(provider.countTokens?.(lacking)).rejects.toMatchObject({ code: "unsupported_parameter", param: "logit_bias" });
    bench.answer({ input_tokens: 42, totalTokens: 42 });
    const dropping: CountCall = {
      ...countCall(model, { messages: chat.messages, logit_bias: { 1: 1 } }),
      unsupportedParams: "drop",
    };
    expect((await provider.countTokens?.(dropping))?.tokens).toBe(42); // a target's policy wins
    expect(dropping.notes.droppedParams).toEqual(["logit_bias"]);
    bench.always(() => ({ status: 429, ...json({}) }));
    const late = provider.countTokens?.(countCall(model, { messages: chat.messages }));
    await expect(late).rejects.toMatchObject({ code: "upstream_rate_limited" });
  });
});
