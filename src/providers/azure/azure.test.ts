import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { FakeUpstream, Gate, type Script } from "../../../test/support/fake-upstream.ts";
import { recorded } from "../../../test/support/recorded-replies.ts";
import { type CallOptions, readReply, upstreamCall } from "../../../test/support/upstream-call.ts";
import { GatewayError } from "../../chat/error.ts";
import { Secret } from "../../chat/secret.ts";
import type { Provider } from "../provider.ts";
import { type AzureOptions, azure } from "./index.ts";

let upstream: FakeUpstream;
let clock: FakeClock;
const made: Provider[] = [];
beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterEach(async () => {
  await Promise.all(made.splice(0).map((provider) => provider.close()));
  upstream.clear();
});
afterAll(() => upstream.close());

const secret = "a-client's secret&1";
const entra = () => ({ tenantId: "tenant 1", clientId: "app", clientSecret: new Secret(secret), authority: upstream.origin });
const isToken = ({ path }: { path: string }) => path.includes("/oauth2/");
const tokenScript = (text: string, expires_in: unknown = 3600): Script => ({
  steps: [JSON.stringify({ token_type: "Bearer", expires_in, access_token: text })],
});
const reply: Script = { steps: [recorded.textStream] };

function resource(options: Partial<AzureOptions>): Provider {
  clock = new FakeClock();
  const provider = azure(
    "az",
    { endpoint: upstream.origin, ...options },
    { clock, wallNow: () => Date.UTC(2026, 0, 1) + clock.now() },
  );
  made.push(provider);
  return provider;
}

async function ask(provider: Provider, options: CallOptions = {}): Promise<GatewayError | undefined> {
  try {
    return (await readReply(await provider.chat(upstreamCall(options)))).error;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

const chats = () => upstream.requests.filter((request) => !isToken(request));
const bearers = () => chats().map(({ headers }) => headers.authorization);

describe("a resource with a key", () => {
  it.each([
    ["by the undated API", {}, "/openai/v1/chat/completions"],
    [
      "by a version",
      { apiVersion: "2025-04-01-preview" },
      "/openai/deployments/theirs/chat/completions?api-version=2025-04-01-preview",
    ],
  ])("is asked %s", async (_, options, path) => {
    upstream.always(reply);
    expect(await ask(resource({ ...options, apiKey: new Secret("key-1") }))).toBeUndefined();
    const { headers, path: asked, body } = await upstream.request();
    expect([asked, headers["api-key"], headers.authorization]).toEqual([path, "key-1", undefined]);
    expect(JSON.parse(body.toString())).toMatchObject({ model: "theirs", stream: true, stream_options: { include_usage: true } });
  });

  it.each(["/", "/openai", "/openai/v1", "/openai/v1/"])("may be given with %s at its end", async (end) => {
    upstream.always(reply);
    await ask(resource({ apiKey: new Secret("k"), endpoint: `${upstream.origin}${end}` }));
    expect((await upstream.request()).path).toBe("/openai/v1/chat/completions");
  });

  it("gets nothing that OpenAI does not know, and says what its filter found", async () => {
    const filtered = { error: { code: "content_filter", message: "The response was filtered", status: 400 } };
    upstream.next({ status: 400, steps: [JSON.stringify(filtered)] });
    const messages = [
      { role: "user", content: "x" },
      { role: "assistant", content: "y", reasoning: "z" },
    ];
    const error = await ask(resource({ apiKey: new Secret("k") }), { body: { messages }, forwarded: true });
    expect((await upstream.request()).body.toString()).not.toContain("reasoning");
    expect(error).toMatchObject({ code: "invalid_request", message: "The response was filtered" });
  });

  it.each([[{}], [{ apiKey: new Secret("k"), entra: { tenantId: "t", clientId: "c", clientSecret: new Secret("s") } }]])(
    "is not made without one way to authenticate",
    (options) => {
      expect(() => azure("az", { endpoint: "https://x.example", ...options }, { clock: new FakeClock() })).toThrow(
        "either apiKey or entra",
      );
    },
  );
});

describe("a resource with an application", () => {
  it("asks for a token as the standard says, and shows it", async () => {
    upstream.always((request) => (isToken(request) ? tokenScript("t1") : reply));
    expect(await ask(resource({ entra: entra() }))).toBeUndefined();
    const { path, body, headers } = await upstream.request();
    expect([path, headers["content-type"]]).toEqual(["/tenant%201/oauth2/v2.0/token", "application/x-www-form-urlencoded"]);
    expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
      grant_type: "client_credentials",
      client_id: "app",
      client_secret: secret,
      scope: "https://cognitiveservices.azure.com/.default",
    });
    expect(bearers()).toEqual(["Bearer t1"]);
  });

  it("asks once for all who wait, and again while the token still serves", async () => {
    const gate = new Gate();
    let given = 0;
    upstream.always((request) => (isToken(request) ? { before: gate, ...tokenScript(`t${++given}`) } : reply));
    const provider = resource({ entra: entra() });
    const first = Promise.all([ask(provider), ask(provider), ask(provider)]);
    await gate.reached;
    gate.open();
    await first;
    await clock.advance(54 * 60_000);
    await ask(provider);
    expect([given, ...bearers()]).toEqual([1, "Bearer t1", "Bearer t1", "Bearer t1", "Bearer t1"]);
    await clock.advance(2 * 60_000);
    for (let asked = 0; bearers().at(-1) !== "Bearer t2"; asked++) {
      expect(await ask(provider)).toBeUndefined();
      expect(asked).toBeLessThan(1000);
    }
    expect(given).toBe(2);
  });

  it("keeps its token when a renewal fails, until the token has ended", async () => {
    upstream.next(tokenScript("t1"));
    const provider = resource({ entra: entra() });
    upstream.always((request) => (isToken(request) ? { status: 503, steps: ["{}"] } : reply));
    await ask(provider);
    await clock.advance(56 * 60_000);
    expect(await ask(provider)).toBeUndefined();
    await clock.advance(4 * 60_000);
    expect(await ask(provider)).toMatchObject({ code: "upstream_error", provider: "az" });
    expect(bearers()).toEqual(["Bearer t1", "Bearer t1"]);
  });

  it.each<[string, Script, string]>([
    ["is refused", { status: 401, steps: ['{"error":"invalid_client","error_description":"secret words"}'] }, "upstream_auth"],
    ["gets no JSON", { steps: ["<html>"] }, "upstream_error"],
    ["gets no token", { steps: ["{}"] }, "upstream_error"],
    ["gets one without an end", tokenScript("t1", "soon"), "upstream_error"],
  ])("that %s fails the call, and tells nothing", async (_, script, code) => {
    upstream.next(script, script);
    const error = await ask(resource({ entra: entra() }));
    expect(error).toMatchObject({ code, provider: "az" });
    expect(error?.message).not.toMatch(/secret|tenant|html/);
    expect(chats()).toEqual([]);
  });

  it.each([
    [401, 2],
    [403, 1],
  ])("that is answered with %i has asked for %i tokens by its next call", async (status, tokens) => {
    let given = 0;
    upstream.always((request) => (isToken(request) ? tokenScript(`t${++given}`) : reply));
    const provider = resource({ entra: entra() });
    await ask(provider);
    await clock.advance(10_000);
    upstream.next({ status, steps: ["{}"] });
    expect(await ask(provider)).toMatchObject({ code: "upstream_auth" });
    expect(await ask(provider)).toBeUndefined();
    expect([given, bearers().at(-1)]).toEqual([tokens, `Bearer t${tokens}`]);
  });

  it("does not wait for a token after its call has ended; who else waits does", async () => {
    const gate = new Gate();
    upstream.always((request) => (isToken(request) ? { before: gate, ...tokenScript("t1") } : reply));
    const provider = resource({ entra: entra() });
    const leaving = upstreamCall();
    const left = provider.chat(leaving);
    const other = ask(provider);
    await gate.reached;
    const gone = new GatewayError("cancelled", "the client has left");
    leaving.lease.close(gone);
    await expect(left).rejects.toBe(gone);
    gate.open();
    expect(await other).toBeUndefined();
    expect(bearers()).toEqual(["Bearer t1"]);
  });

  it("waits ten seconds for a token, no longer", async () => {
    const gate = new Gate();
    upstream.always({ before: gate });
    const asked = ask(resource({ entra: entra() }));
    await gate.reached;
    await clock.advance(10_000);
    expect(await asked).toMatchObject({ code: "upstream_timeout" });
    gate.open();
  });
});
