import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";
import { openCall, type Surface, surfaces } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const boundMs = 20_000;
const keys = { one: "sk-of-one-0123456789", two: "sk-of-two-0123456789" };
let one: FakeUpstream;
let two: FakeUpstream;
/** Whom no configuration names. */
let stranger: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  [one, two, stranger] = await Promise.all([FakeUpstream.start(), FakeUpstream.start(), FakeUpstream.start()]);
  const provider = (upstream: FakeUpstream, apiKey: string) =>
    ({ type: "openai-compatible", baseUrl: upstream.baseUrl, apiKey }) as const;
  gateway = await startGateway({
    providers: { one: { ...provider(one, keys.one), forwardHeaders: ["X-Label"] }, two: provider(two, keys.two) },
  });
});
beforeEach(() => {
  for (const upstream of [one, two]) {
    upstream.clear();
    upstream.always({ status: 500, steps: ["{}"] });
  }
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([one, two, stranger].map((upstream) => upstream.close()));
});

/** Headers by which somebody, somewhere, lets a client say where a request goes, and as whom. */
const headers = () => ({
  "x-forwarded-host": new URL(stranger.origin).host,
  "x-forwarded-for": "169.254.169.254",
  forwarded: `host=${new URL(stranger.origin).host}`,
  "x-original-url": stranger.origin,
  "x-rewrite-url": "/admin",
  "x-api-base": stranger.baseUrl,
  "x-base-url": stranger.baseUrl,
  "x-portkey-custom-host": stranger.baseUrl,
  "helicone-target-url": stranger.origin,
  authorization: "Bearer sk-of-the-client",
  "x-api-key": "sk-of-the-client",
  "api-key": "sk-of-the-client",
  cookie: "session=of-the-client",
  "x-label": "a label",
  "x-sluice-metadata": "user_id=client",
});

/** The same in bodies. */
const fields = () => {
  const where = { api_base: stranger.baseUrl, base_url: stranger.baseUrl, url: stranger.baseUrl, host: stranger.origin };
  const whose = { api_key: "sk-of-the-client", headers: { authorization: "Bearer sk-of-the-client" } };
  return {
    ...where,
    ...whose,
    extra_body: { ...where, ...whose },
    provider: "two",
    organization: "x",
    custom_llm_provider: "two",
  };
};

const names = [
  "../admin",
  "..",
  "//host/x",
  "x?y=1",
  "x#y",
  "x@stranger",
  "http://stranger/v1",
  "x%2e%2e%2fadmin",
  "x\\..\\admin",
  "..;/x",
  "two/x",
];

/** What upstreams were asked: by whom is in the authorization, for what in the path. */
function expectOwn(asked: number): void {
  expect(stranger.connections).toBe(0);
  expect(one.requests.length + two.requests.length).toBe(asked);
  for (const [upstream, key] of [
    [one, keys.one],
    [two, keys.two],
  ] as const) {
    for (const { path, method, headers: got } of upstream.requests) {
      expect({ path, method, host: got.host, authorization: got.authorization }).toEqual({
        path: "/v1/chat/completions",
        method: "POST",
        host: new URL(upstream.origin).host,
        authorization: `Bearer ${key}`,
      });
    }
  }
}

async function send(surface: Surface, body: object, more: Record<string, string> = {}): Promise<void> {
  const call = openCall(gateway.url, surface, more).end(Buffer.from(JSON.stringify(body)));
  await within(boundMs, "the reply", call.read());
}

const rest = surfaces.filter(({ protocol, streamed }) => protocol === "rest" && streamed);
const body = (model: string) => ({ model, messages: [{ role: "user", content: "hi" }], stream: true });

it.each(rest)("no header of a client's goes further over $name, but the configured one", async (surface) => {
  await send(surface, body("one/m"), headers());
  await send(surface, body("two/m"), headers());
  expectOwn(2);
  const own = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "via",
  ];
  expect(Object.keys(one.requests[0]?.headers ?? {}).sort()).toEqual([...own, "x-label"].sort());
  expect(one.requests[0]?.headers["x-label"]).toBe("a label");
  expect(Object.keys(two.requests[0]?.headers ?? {}).sort()).toEqual(own);
});

it.each(rest)("no field of a body's chooses the upstream over $name", async (surface) => {
  await send(surface, { ...body("one/m"), ...fields() });
  await send(surface, { ...body("one/m"), extensions: { openai: fields(), two: fields() } });
  expect(two.requests).toHaveLength(0);
  expectOwn(2);
});

it.each(rest)("no model's name leads elsewhere over $name", async (surface) => {
  for (const name of names) await send(surface, body(`one/${name}`));
  expectOwn(names.length);
  expect(one.requests.map(({ body: sent }) => (JSON.parse(sent.toString()) as { model: string }).model)).toEqual(names);
});

it("a target in the request line leads nowhere", async () => {
  const path = "/v1/chat/completions";
  const strangers = [`${stranger.origin}${path}`, `//${new URL(stranger.origin).host}${path}`];
  const own = `${path}?base_url=${stranger.origin}`; // a query is nothing to the gateway
  for (const target of [...strangers, own]) {
    const options = { port: gateway.port, path: target, method: "POST", headers: { "content-type": "application/json" } };
    const sent = request(options).end(JSON.stringify(body("one/m")));
    const [reply] = (await within(boundMs, "the reply", once(sent, "response"))) as [IncomingMessage];
    reply.resume();
    await within(boundMs, "its end", once(reply, "end"));
  }
  expectOwn(1);
});
