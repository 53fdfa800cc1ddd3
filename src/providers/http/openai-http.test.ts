import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { cut, FakeUpstream, type Script, stall } from "../../../test/support/fake-upstream.ts";
import { recorded, recordedText, sse } from "../../../test/support/recorded-replies.ts";
import { type CallOptions, type ReadReply, readReply, upstreamCall } from "../../../test/support/upstream-call.ts";
import { GatewayError } from "../../chat/error.ts";
import { Fold } from "../../chat/fold.ts";
import { Secret } from "../../chat/secret.ts";
import { providerTypes } from "../index.ts";
import { openAi } from "../openai.ts";
import { openAiCompatible } from "../openai-compatible/index.ts";
import type { Provider, UpstreamCall } from "../provider.ts";

const key = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz";
const clock = new FakeClock();
let upstream: FakeUpstream;
let provider: Provider;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  provider = openAiCompatible("vendor", { baseUrl: upstream.baseUrl, apiKey: new Secret(key), models: ["a", "b"] }, { clock });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await provider.close();
  await upstream.close();
});

/** Asks the provider; an error before the reply has begun counts as one of the reply. */
async function ask(
  script: Script,
  options: CallOptions = {},
  asked = provider,
): Promise<ReadReply & { readonly call: UpstreamCall }> {
  const call = upstreamCall(options);
  upstream.next(script);
  const read = await asked.chat(call).then(readReply, (error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    return { batches: [], error };
  });
  expect(call.lease.closed).toBe(true);
  expect(call.lease.error).toBe(read.error);
  expect(inspect(read.error, { depth: 20 })).not.toContain(key);
  return { ...read, call };
}

function fold({ batches }: ReadReply) {
  const sum = new Fold();
  for (const event of batches.flat()) sum.add(event.chunk());
  return sum.response();
}

async function sentBody(): Promise<unknown> {
  return JSON.parse((await upstream.request()).body.toString());
}

const unary = { streamed: false } as const;
const message = { role: "user", content: "Grüß Gott" };

describe("the request", () => {
  it("goes to the base URL's chat completions with the provider's own headers and no others", async () => {
    await ask({ steps: [recorded.textStream] });
    const { method, path, headers } = await upstream.request();
    expect([method, path]).toEqual(["POST", "/v1/chat/completions"]);
    expect(headers).toEqual({
      host: new URL(upstream.origin).host,
      connection: "keep-alive",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "content-length": expect.any(String),
      accept: "text/event-stream",
      authorization: `Bearer ${key}`,
      "user-agent": "sluice",
    });
  });

  it("keeps a path, a trailing slash and a query of the base URL", async () => {
    const other = openAiCompatible("vendor", { baseUrl: `${upstream.origin}/a/b/?api-version=1` }, { clock });
    await ask({ steps: [recorded.text] }, unary, other);
    await other.close();
    const { path, headers } = await upstream.request();
    expect(path).toBe("/a/b/chat/completions?api-version=1");
    expect(headers).not.toHaveProperty("authorization");
    expect(headers.accept).toBe("application/json");
  });

  it("tells OpenAI organization and project", async () => {
    const options = { apiKey: new Secret(key), baseUrl: upstream.baseUrl, organization: "org-1", project: "proj-1" };
    const other = openAi("openai", options, { clock });
    await ask({ steps: [recorded.text] }, unary, other);
    await other.close();
    const expected = { authorization: `Bearer ${key}`, "openai-organization": "org-1", "openai-project": "proj-1" };
    expect((await upstream.request()).headers).toMatchObject(expected);
  });

  it("adds what is configured and what is forwarded, and sends its own headers all the same", async () => {
    const headers = { "x-tenant": new Secret("added"), "openai-project": new Secret("added") };
    const options = { apiKey: new Secret(key), baseUrl: upstream.baseUrl, project: "proj-1" };
    const other = openAi("openai", options, { clock, upstream: { headers } });
    const forwarded = { via: "1.1 me", "x-tenant": "client", "x-label": "client", authorization: "client", accept: "client" };
    await ask({ steps: [recorded.text] }, { ...unary, headers: forwarded }, other);
    await other.close();
    expect((await upstream.request()).headers).toMatchObject({
      via: "1.1 me",
      "x-tenant": "added",
      "x-label": "client",
      "openai-project": "proj-1",
      authorization: `Bearer ${key}`,
      accept: "application/json",
    });
  });

  describe.each([
    ["encoded", false],
    ["forwarded", true],
  ])("%s", (_how, forwarded) => {
    it.each<[string, CallOptions, object]>([
      ["asks for usage in a stream", {}, { stream: true, stream_options: { include_usage: true } }],
      ["asks for no stream where none is wanted", unary, {}],
      ["has what nobody models", { ...unary, body: { top_k: 3 } }, { top_k: 3 }],
      ["does not tell the client's metadata", { ...unary, body: { metadata: { a: "1" } } }, {}],
      [
        "tells the metadata it is given",
        { ...unary, body: { metadata: { a: "1" } }, metadata: { b: "2" } },
        { metadata: { b: "2" } },
      ],
    ])("%s", async (_name, options, more) => {
      await ask({ steps: [options.streamed === false ? recorded.text : recorded.textStream] }, { ...options, forwarded });
      expect(await sentBody()).toEqual({ model: "theirs", messages: [message], ...more });
    });

    it("does not ask a server for usage that refuses to be", async () => {
      const other = openAiCompatible("vendor", { baseUrl: upstream.baseUrl, streamUsage: false }, { clock });
      await ask({ steps: [recorded.textStream] }, { forwarded }, other);
      await other.close();
      expect(await sentBody()).toEqual({ model: "theirs", messages: [message], stream: true });
    });
  });
});

describe("a whole reply", () => {
  it.each([
    ["decoded", false],
    ["forwarded", true],
  ])("comes through, %s", async (_how, forwarded) => {
    const headers = { "x-request-id": "req-1", "content-type": "Application/JSON; charset=utf-8" };
    const reply = await ask({ headers, steps: [recorded.text] }, { ...unary, forwarded });
    expect(reply.batches.map((batch) => batch.map(({ wire }) => wire?.kind))).toEqual([[forwarded ? "completion" : undefined]]);
    expect(fold(reply)).toMatchObject({ model: "vendor/asked", usage: { totalTokens: 35 } });
    expect(fold(reply).choices[0]?.message?.content).toBe(recordedText);
    expect(reply.call.notes).toEqual({ upstreamRequestId: "req-1", upstreamModel: "model-2026-01-01" });
  });

  it("may come in pieces", async () => {
    const pieces = [...recorded.toolCall].map((byte) => Buffer.of(byte));
    const [call] = fold(await ask({ steps: pieces }, unary)).choices[0]?.message?.toolCalls ?? [];
    expect(call?.function).toMatchObject({ name: "weather", arguments: '{"location":"Zürich"}' });
  });

  it("is taken where chunks were asked for: some servers cannot stream", async () => {
    const reply = await ask({ headers: { "content-type": "application/json" }, steps: [recorded.text] }, { forwarded: true });
    expect(fold(reply).choices[0]?.message?.content).toBe(recordedText);
    expect(reply.batches.flat().map(({ wire }) => wire)).toEqual([undefined]);
  });

  it.each([true, false])(
    "with its content in parts is put into OpenAI's form for its clients; streamed: %s",
    async (streamed) => {
      const content = [
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "text", text: "Hi" },
      ];
      const said = streamed ? { delta: { content } } : { message: { role: "assistant", content } };
      const json = { model: "m", choices: [{ index: 0, ...said, finish_reason: "stop" }] };
      const read = await ask({ steps: [streamed ? sse(json) : JSON.stringify(json)] }, { streamed, forwarded: true });
      expect(read.batches.flat().map(({ wire }) => wire)).toEqual([undefined]);
      expect(fold(read).choices[0]?.message).toMatchObject({ reasoning: "Hm", content: "Hi" });
    },
  );

  it("may be streamed where it was asked for whole", async () => {
    const reply = await ask({ headers: { "content-type": "text/event-stream" }, steps: [recorded.textStream] }, unary);
    expect(fold(reply).choices[0]?.message?.content).toBe(recordedText);
  });

  it.each<[string, Script, string]>([
    ["is HTML", { headers: { "content-type": "text/html" }, steps: ["<h1>secret"] }, "upstream_error"],
    ["has no type", { headers: { "content-type": null }, steps: ["secret"] }, "upstream_error"],
    ["is empty", { steps: [] }, "upstream_error"],
    ["has no content", { status: 204 }, "upstream_error"],
    ["is no JSON", { steps: ['{"secret'] }, "upstream_error"],
    ["is an array", { steps: ["[]"] }, "upstream_error"],
    ["has no choices", { steps: ['{"secret":[]}'] }, "upstream_error"],
    ["has empty choices", { steps: ['{"choices":[]}'] }, "upstream_error"],
    ["has a field of a wrong type", { steps: ['{"choices":[{"index":"secret"}]}'] }, "upstream_error"],
    ["is an error all the same", { steps: ['{"error":{"message":"secret"}}'] }, "upstream_error"],
    ["is a rate limit all the same", { steps: ['{"error":{"code":429}}'] }, "upstream_rate_limited"],
    ["is cut", { steps: ['{"choices":[', cut] }, "upstream_interrupted"],
    ["is larger than 32 MiB", { steps: Array<Buffer>(33).fill(Buffer.alloc(1024 * 1024, " ")) }, "upstream_error"],
  ])("fails when it %s", async (_name, script, code) => {
    const { error, batches } = await ask(script, unary);
    expect(error).toMatchObject({ code, provider: "vendor" });
    expect(error?.message).not.toContain("secret");
    expect(batches).toEqual([]);
  });
});

describe("a refusal", () => {
  const vendorError = (text: string, more: object = {}) => JSON.stringify({ error: { message: text, ...more } });

  it.each([301, 302, 303, 307, 308])(
    "with the redirect %s does not follow it, and does not tell where it leads",
    async (status) => {
      const { error } = await ask({ status, headers: { location: `${upstream.origin}/elsewhere` }, steps: [stall] });
      expect(error).toMatchObject({ code: "upstream_error", message: "the upstream redirects, which is not followed" });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it.each<[number, string, string]>([
    [400, "invalid_request", "temperature is too high"],
    [401, "upstream_auth", "the upstream refused the gateway's credentials"],
    [403, "upstream_auth", "the upstream refused the gateway's credentials"],
    [404, "not_found", "temperature is too high"],
    [413, "request_too_large", "temperature is too high"],
    [422, "invalid_request", "temperature is too high"],
    [429, "upstream_rate_limited", "the upstream's rate limit is reached"],
    [500, "upstream_error", "the upstream failed"],
    [503, "upstream_error", "the upstream failed"],
    [508, "loop_detected", "the upstream found that it asks itself"],
    [504, "upstream_timeout", "the upstream took too long"],
    [529, "upstream_error", "the upstream failed"],
  ])("with status %i is %s", async (status, code, text) => {
    for (const streamed of [true, false]) {
      const headers = { "retry-after": "2", "request-id": "req-9", location: "http://elsewhere.invalid/" };
      const { error, call } = await ask({ status, headers, steps: [vendorError("temperature is too high")] }, { streamed });
      expect(error).toMatchObject({ code, message: text, provider: "vendor" });
      expect(error?.retryAfterMs).toBe(error?.row.retry === "no" ? undefined : 2000);
      expect(call.notes.upstreamRequestId).toBe("req-9");
    }
  });

  it("shows no key and no address that the vendor quotes", async () => {
    const { error } = await ask({ status: 400, steps: [vendorError(`bad key ${key} at https://internal.example/x`)] });
    expect(error?.message).toMatch(/^bad key \S*\*\*\* at \[url\]$/);
  });

  it.each<[string, Script]>([
    ["is HTML", { status: 400, headers: { "content-type": "text/html" }, steps: ["<h1>secret"] }],
    ["is longer than 64 KiB", { status: 400, steps: ["x".repeat(65 * 1024), stall] }],
    ["is cut", { status: 400, steps: ['{"error', cut] }],
  ])("says what its status says when its body %s", async (_name, script) => {
    const { error } = await ask(script);
    expect(error).toMatchObject({ code: "invalid_request", message: "the upstream refused the request (400)" });
  });

  it("leaves its connection to other requests", async () => {
    const before = upstream.connections;
    for (let i = 0; i < 10; i++) await ask({ status: 500, steps: ["{}"] });
    expect(upstream.connections - before).toBeLessThanOrEqual(2); // a request right after another may take a second one
  });

  it("whose body does not end is over with the lease", async () => {
    upstream.next({ status: 400, steps: ["{", stall] });
    const call = upstreamCall();
    const asked = provider.chat(call);
    const request = await upstream.request();
    call.lease.close(new GatewayError("deadline_exceeded", "too late"));
    await expect(asked).rejects.toBeInstanceOf(GatewayError);
    await request.closed;
  });
});

describe("a provider that cannot be asked", () => {
  it.each([
    ["nobody answers", "http://host.invalid/v1", key],
    ["its key cannot be sent", undefined, `${key}\nx`],
  ])("fails the call when %s, and tells no key", async (_name, baseUrl, apiKey) => {
    const options = { baseUrl: baseUrl ?? upstream.baseUrl, apiKey: new Secret(apiKey) };
    const other = openAiCompatible("vendor", options, { clock });
    expect((await ask({}, {}, other)).error).toMatchObject({ code: "upstream_error", provider: "vendor" });
    await other.close();
  });

  it("fails with the request's own fault before anything is sent", async () => {
    const { error } = await ask({}, { body: { messages: [{ role: "user", content: 7 }] } });
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("the manifest", () => {
  it("makes each kind of provider, and lists its models", async () => {
    const options = { apiKey: new Secret(key), baseUrl: upstream.baseUrl, models: ["a", "b"] };
    for (const type of ["openai", "openai-compatible"]) {
      const made = providerTypes[type]?.("mine", options, { clock });
      expect(made?.name).toBe("mine");
      expect(made?.models().map(({ id }) => id)).toEqual(["a", "b"]);
      expect((await ask({ steps: [recorded.textStream] }, {}, made)).error).toBeUndefined();
      await made?.close();
    }
  });

  it.each([
    ["openai", "apiKey"],
    ["openai-compatible", "baseUrl"],
    ["anthropic", "apiKey"],
  ])("says what %s lacks", (type, field) => {
    expect(() => providerTypes[type]?.("mine", {}, { clock })).toThrow(`provider mine: ${field} is missing`);
  });
});

it("fails a call with one error when a stream turns into something else", async () => {
  const { batches, error } = await ask({ steps: [sse({ choices: [{ index: 0, delta: { content: "a" } }] }), "<html>\n\n", cut] });
  expect(batches).toHaveLength(1);
  expect(error?.code).toBe("upstream_interrupted");
});
