import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { FakeUpstream } from "../../../test/support/fake-upstream.ts";
import { recorded } from "../../../test/support/recorded-replies.ts";
import { type CallOptions, readReply, upstreamCall } from "../../../test/support/upstream-call.ts";
import { Secret } from "../../chat/secret.ts";
import { modelledMembers } from "../../codec/openai/request-json.ts";
import { providerTypes } from "../index.ts";
import type { UpstreamCall } from "../provider.ts";
import { type VendorType, vendors } from "./vendors.ts";

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterEach(() => upstream.clear());
afterAll(() => upstream.close());

/** What a provider of a type sends for a request, and what it says to have left out. */
async function sent(type: string, options: CallOptions, change: Partial<UpstreamCall> = {}) {
  const config = { apiKey: new Secret("key-1"), baseUrl: upstream.baseUrl };
  const provider = providerTypes[type]?.("mine", config, { clock: new FakeClock() });
  if (provider === undefined) throw new Error(`there is no ${type}`);
  const call = { ...upstreamCall(options), ...change };
  upstream.next({ steps: [recorded.textStream] });
  await readReply(await provider.chat(call));
  const { body, headers, path } = await upstream.request();
  await provider.close();
  return { body: JSON.parse(body.toString()), headers, path, dropped: call.notes.droppedParams ?? [], vendor: provider.vendor };
}

const user = { role: "user", content: "Hi" };
const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
const asked = { model: "theirs", stream: true };

/** Everything that some vendor takes in another way than OpenAI. */
const request = {
  messages: [
    { role: "developer", content: "Be brief." },
    { ...user, name: "ada" },
    { role: "assistant", content: "", reasoning_content: "Hm", tool_calls: [{ ...call, signature: "s" }] },
    { role: "tool", tool_call_id: "c", content: "1" },
  ],
  ...{ max_completion_tokens: 9, seed: 4, n: 2, stop: ["x"], logprobs: true, top_logprobs: 2, logit_bias: { "1": 1 } },
  ...{ frequency_penalty: 1, presence_penalty: 1, parallel_tool_calls: false, user: "u", service_tier: "flex", store: true },
  ...{ stream_options: { include_usage: true }, tool_choice: "auto" },
};

/** What the request above becomes, as the pages in the table say: parameters left out and renamed, and what differs in its messages. */
interface Golden {
  readonly out: readonly (keyof typeof request)[];
  readonly renamed?: Readonly<Partial<Record<keyof typeof request, string>>>;
  readonly reasoning?: "reasoning_content" | "reasoning" | "thinking";
  readonly developer?: boolean;
  readonly noNames?: boolean;
}

const maxTokens = { max_completion_tokens: "max_tokens" } as const;
const goldens: Readonly<Record<VendorType, Golden>> = {
  xai: { out: ["logit_bias"] },
  mistral: {
    out: ["logprobs", "top_logprobs", "logit_bias", "user", "service_tier", "store", "stream_options"],
    renamed: { ...maxTokens, seed: "random_seed" },
    reasoning: "thinking",
    noNames: true,
  },
  groq: { out: ["n", "logprobs", "top_logprobs", "logit_bias"], reasoning: "reasoning", developer: true, noNames: true },
  deepseek: { out: ["seed", "n", "logit_bias", "parallel_tool_calls"], renamed: maxTokens, reasoning: "reasoning_content" },
  together: { out: [], renamed: maxTokens, reasoning: "reasoning" },
  fireworks: { out: [], renamed: maxTokens, reasoning: "reasoning_content" },
  openrouter: { out: [], reasoning: "reasoning", developer: true },
  perplexity: {
    out: [
      ...(["seed", "n", "stop", "logprobs", "top_logprobs", "logit_bias", "parallel_tool_calls"] as const),
      ...(["service_tier", "store", "stream_options", "tool_choice"] as const),
    ],
    renamed: maxTokens,
  },
  cohere: {
    out: ["n", "logprobs", "top_logprobs", "logit_bias", "parallel_tool_calls", "service_tier", "store", "stream_options"],
    renamed: maxTokens,
    developer: true,
  },
  cerebras: {
    out: ["logit_bias", "frequency_penalty", "presence_penalty", "parallel_tool_calls", "service_tier"],
    reasoning: "reasoning",
    developer: true,
  },
  nvidia: { out: [], renamed: maxTokens, reasoning: "reasoning_content" },
  moonshot: { out: [], reasoning: "reasoning_content" },
  huggingface: { out: [], renamed: maxTokens },
  ollama: { out: ["n", "logit_bias", "parallel_tool_calls", "user"], renamed: maxTokens, reasoning: "reasoning" },
  vllm: { out: [], reasoning: "reasoning" },
  sglang: { out: [], reasoning: "reasoning_content" },
  "llama-cpp": { out: [], reasoning: "reasoning_content" },
  "lm-studio": { out: [], renamed: maxTokens, reasoning: "reasoning_content" },
};

function expected({ out, renamed = {}, reasoning, developer = false, noNames = false }: Golden) {
  const { messages: _, ...parameters } = request;
  const kept = Object.entries(parameters).filter(([name]) => !(out as readonly string[]).includes(name));
  const names = new Map(Object.entries(renamed));
  const thinking = [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }];
  const thought =
    reasoning === "thinking" ? { content: thinking } : { content: "", ...(reasoning === undefined ? {} : { [reasoning]: "Hm" }) };
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [names.get(name) ?? name, value])),
    ...asked,
    messages: [
      { role: developer ? "developer" : "system", content: "Be brief." },
      noNames ? user : { ...user, name: "ada" },
      { role: "assistant", ...thought, tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "1" },
    ],
  };
}

function told({ out, reasoning, noNames = false }: Golden): string[] {
  return [
    ...out.filter((name) => name !== "stream_options"), // usage comes all the same
    ...(noNames ? ["messages[1].name"] : []),
    ...(reasoning === undefined ? ["messages[2].reasoning_content"] : []),
    "messages[2].tool_calls[0].signature",
  ].toSorted();
}

describe.each(vendors.map(({ type }) => type))("%s", (type) => {
  it.each([
    ["as a message", false],
    ["as the client's bytes", true],
  ])("gets what it takes %s", async (_, forwarded) => {
    const { body, headers, path, dropped, vendor } = await sent(type, { body: request, forwarded });
    expect(body).toEqual(expected(goldens[type]));
    expect(dropped.toSorted()).toEqual(told(goldens[type]));
    expect([path, headers.authorization, vendor]).toEqual(["/v1/chat/completions", "Bearer key-1", type]);
  });

  it("gets a plain request's own bytes", async () => {
    const body = { messages: [user], temperature: 0.5, top_k: 3 };
    const { body: got, dropped } = await sent(type, { body, forwarded: true });
    const usage = vendors.some((row) => row.type === type && row.usage === "asked");
    expect(got).toEqual({ ...asked, ...body, ...(usage ? { stream_options: { include_usage: true } } : {}) });
    expect(dropped).toEqual([]);
  });

  it("gets its own options, and tells of those that may not pass", async () => {
    const options = vendors.find((row) => row.type === type)?.options ?? [];
    const given = Object.fromEntries([...options, "secret_door"].map((name) => [name, { x: [1.5] }]));
    const { body, dropped } = await sent(type, { body: { messages: [user], extensions: { [type]: given, other: { y: 1 } } } });
    for (const name of options) expect(body[name]).toEqual({ x: [1.5] });
    expect(body).not.toHaveProperty("secret_door");
    expect(body).not.toHaveProperty("extensions");
    expect(dropped).toEqual([`extensions.${type}.secret_door`]);
  });
});

describe("the policy of a model's target", () => {
  it("passes over the provider's", async () => {
    const body = { messages: [user], n: 2 };
    const passed = await sent("groq", { body, forwarded: true }, { unsupportedParams: "pass" });
    expect([passed.body.n, passed.dropped]).toEqual([2, []]);
    const provider = providerTypes.groq?.("g", { apiKey: new Secret("k") }, { clock: new FakeClock() });
    const refused = provider?.chat({ ...upstreamCall({ body }), unsupportedParams: "reject" });
    await expect(refused).rejects.toMatchObject({ code: "unsupported_parameter", param: "n" });
    await provider?.close();
  });
});

describe("the table", () => {
  it("lets no option pass that is a parameter of ours, leads to an address or holds a key", () => {
    for (const { type, options, ...row } of vendors) {
      const renamed: Readonly<Record<string, string>> = "renamed" in row ? row.renamed : {};
      for (const option of options) {
        expect([type, option, modelledMembers.has(option) || Object.values(renamed).includes(option)]).toEqual([
          type,
          option,
          false,
        ]);
        expect(option).not.toMatch(/ur[il]s?$|endpoint|host$|api_?key|auth|secret|password|credential/i);
      }
    }
  });

  it("has each vendor once, and says where that is written", () => {
    expect(new Set(vendors.map(({ type }) => type)).size).toBe(vendors.length);
    for (const { page, ...row } of vendors) {
      expect(URL.canParse(page)).toBe(true);
      if ("baseUrl" in row) expect(new URL(row.baseUrl).protocol).toBe("keys" in row ? "https:" : "http:");
    }
  });
});
