import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { vendors } from "../providers/openai-compatible/vendors.ts";
import { detectProviders } from "./detect.ts";
import { leadsTo } from "./own-address.ts";
import { ollamaUrl } from "./probe-ollama.ts";
import { configSchema } from "./schema.ts";

const opened: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of opened.splice(0)) server.close();
});

/** Starts a server on a free port; gives its address. */
async function start(server: Server): Promise<string> {
  opened.push(server.on("connection", (socket: Socket) => sockets.add(socket)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const fakeOllama = (status: number, body: string) =>
  start(createHttpServer((request, response) => response.writeHead(request.url === "/api/tags" ? status : 404).end(body)));
const listen = [{ host: "127.0.0.1", port: 8080 }];
/** Nothing answers there: the discard port. */
const noOllama = { OLLAMA_HOST: "127.0.0.1:9" };

describe("detection", () => {
  it("finds OpenAI by its key", async () => {
    const env = { ...noOllama, OPENAI_API_KEY: "k", OPENAI_BASE_URL: "https://eu.example/v1", OPENAI_ORG_ID: "o" };
    const { providers, notes } = await detectProviders({ env, listen });
    expect(providers).toEqual({
      openai: { type: "openai", apiKey: "k", baseUrl: "https://eu.example/v1", organization: "o", project: undefined },
    });
    expect(notes).toEqual([]);
  });

  it("finds a server by OPENAI_BASE_URL alone", async () => {
    const { providers } = await detectProviders({ env: { ...noOllama, OPENAI_BASE_URL: "http://10.1.2.3/v1" }, listen });
    expect(providers).toEqual({ openai: { type: "openai-compatible", baseUrl: "http://10.1.2.3/v1" } });
  });

  it("finds every vendor of the table by each of its usual keys, and nothing by an empty one", async () => {
    for (const vendor of vendors) {
      for (const variable of "keys" in vendor ? vendor.keys : []) {
        const { providers } = await detectProviders({ env: { ...noOllama, [variable]: "k" }, listen });
        expect(providers).toEqual({ [vendor.type]: { type: vendor.type, apiKey: "k" } });
        expect(configSchema.shape.providers.safeParse(providers).error).toBeUndefined();
        expect((await detectProviders({ env: { ...noOllama, [variable]: "" }, listen })).providers).toEqual({});
      }
    }
  });

  const azureEndpoint = { ...noOllama, AZURE_OPENAI_ENDPOINT: "https://mine.openai.azure.com" };
  const application = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "s" };
  it.each([
    [
      "its key",
      { AZURE_OPENAI_API_KEY: "k", ...application, OPENAI_API_VERSION: "2025-04-01" },
      { apiKey: "k", apiVersion: "2025-04-01" },
    ],
    ["an application", application, { entra: { tenantId: "t", clientId: "c", clientSecret: "s" } }],
  ])("finds Azure by its endpoint and %s", async (_, env, expected) => {
    const { providers, notes } = await detectProviders({ env: { ...azureEndpoint, ...env }, listen });
    expect(providers).toMatchObject({ azure: { type: "azure", endpoint: azureEndpoint.AZURE_OPENAI_ENDPOINT, ...expected } });
    expect(configSchema.shape.providers.safeParse(providers).error).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it.each([
    ["has no key", azureEndpoint, "is set without AZURE_OPENAI_API_KEY or an application in Entra"],
    ["is the gateway", { AZURE_OPENAI_ENDPOINT: "http://localhost:8080", AZURE_OPENAI_API_KEY: "k" }, "points at this gateway"],
    ["is no URL", { AZURE_OPENAI_ENDPOINT: "mine", AZURE_OPENAI_API_KEY: "k" }, "is no http URL"],
  ])("leaves Azure out when its endpoint %s", async (_, env, why) => {
    const { providers, notes } = await detectProviders({ env: { ...noOllama, ...env }, listen });
    expect(providers).toEqual({});
    expect(notes).toEqual([`AZURE_OPENAI_ENDPOINT ${why}: it is ignored`]);
  });

  it("finds Gemini by its key", async () => {
    const { providers, notes } = await detectProviders({ env: { ...noOllama, GEMINI_API_KEY: "k" }, listen });
    expect(providers).toEqual({ gemini: { type: "gemini", apiKey: "k" } });
    expect(notes).toEqual([]);
  });

  it("does not point OpenAI at the gateway", async () => {
    const env = { ...noOllama, OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://localhost:8080/v1" };
    const { providers, notes } = await detectProviders({ env, listen });
    expect(providers.openai).toMatchObject({ type: "openai", baseUrl: undefined });
    expect(notes).toEqual(["OPENAI_BASE_URL points at this gateway: it is ignored"]);
  });

  it.each([
    ["", undefined],
    ["https://eu.example", "https://eu.example/v1"],
    ["https://eu.example/proxy/", "https://eu.example/proxy/v1"],
    ["https://eu.example/v1/", "https://eu.example/v1"],
  ])("finds Anthropic by its key, with ANTHROPIC_BASE_URL %j", async (given, baseUrl) => {
    const env = { ...noOllama, ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: given };
    const { providers, notes } = await detectProviders({ env, listen });
    expect(providers).toEqual({ anthropic: { type: "anthropic", apiKey: "k", baseUrl } });
    expect(notes).toEqual([]);
  });

  it("does not point Anthropic at the gateway", async () => {
    const env = { ...noOllama, ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: "http://localhost:8080" };
    const { providers, notes } = await detectProviders({ env, listen });
    expect(providers.anthropic).toMatchObject({ type: "anthropic", baseUrl: undefined });
    expect(notes).toEqual(["ANTHROPIC_BASE_URL points at this gateway: it is ignored"]);
  });

  it("finds Ollama and its models", async () => {
    const host = await fakeOllama(200, JSON.stringify({ models: [{ name: "gemma3:latest" }, { name: "qwen3:4b" }] }));
    const { providers } = await detectProviders({ env: { OLLAMA_HOST: host }, listen });
    expect(providers).toEqual({
      ollama: { type: "ollama", baseUrl: `http://${host}/v1`, models: ["gemma3:latest", "qwen3:4b"] },
    });
  });

  for (const [what, status, body] of [
    ["an error", 500, "{}"],
    ["something else", 200, "<html>"],
    ["other JSON", 200, "[1]"],
    ["too much", 200, "x".repeat(3 * 1024 * 1024)],
  ] as const) {
    it(`does not take ${what} for Ollama`, async () => {
      const env = { OLLAMA_HOST: await fakeOllama(status, body) };
      expect((await detectProviders({ env, listen })).providers).toEqual({});
    });
  }

  it("stops waiting at its limit", async () => {
    const headersOnly = createHttpServer((_request, response) => response.writeHead(200).flushHeaders());
    for (const server of [createServer(), headersOnly]) {
      const env = { OLLAMA_HOST: await start(server) };
      const began = performance.now();
      expect((await detectProviders({ env, listen, timeoutMs: 40 })).providers).toEqual({});
      expect(performance.now() - began).toBeLessThan(300);
    }
  });

  const region = { AWS_REGION: "eu-west-1" };
  it.each([
    [{ AWS_ACCESS_KEY_ID: "id", ...region }, { region: "eu-west-1" }],
    [{ AWS_PROFILE: "work", AWS_DEFAULT_REGION: "us-east-1" }, { region: "us-east-1" }],
    [{ AWS_WEB_IDENTITY_TOKEN_FILE: "token", ...region }, { region: "eu-west-1" }],
    [{ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2", ...region }, { region: "eu-west-1" }],
    [
      { AWS_BEARER_TOKEN_BEDROCK: "key", ...region },
      { region: "eu-west-1", apiKey: "key" },
    ],
  ])("finds Amazon Bedrock by %j", async (env, expected) => {
    const { providers, notes } = await detectProviders({ env: { ...noOllama, ...env }, listen });
    expect(providers).toEqual({ bedrock: { type: "bedrock", apiKey: undefined, ...expected } });
    expect(notes).toEqual([]);
  });

  it("does not use Amazon Bedrock without a region, or by a region alone", async () => {
    const { providers, notes } = await detectProviders({ env: { ...noOllama, AWS_ACCESS_KEY_ID: "canary" }, listen });
    expect(providers).toEqual({});
    expect(notes).toEqual(["AWS_ACCESS_KEY_ID is set, but no AWS_REGION: Amazon Bedrock is not used"]);
    expect(await detectProviders({ env: { ...noOllama, ...region }, listen })).toEqual({ providers: {}, notes: [] });
  });
});

describe("leadsTo", () => {
  const cases: readonly (readonly [url: string, listener: string, own: boolean])[] = [
    ["http://127.0.0.1:8080/v1", "127.0.0.1", true],
    ["http://localhost:8080", "127.0.0.1", true],
    ["http://LOCALHOST.:8080", "127.0.0.1", true],
    ["http://[::1]:8080", "127.0.0.1", true],
    ["http://0.0.0.0:8080", "127.0.0.1", true],
    ["http://0x7f.1:8080", "127.0.0.1", true],
    ["http://[::ffff:127.0.0.1]:8080", "127.0.0.1", true],
    ["http://127.0.0.1:8080", "0.0.0.0", true],
    ["http://127.0.0.1:8080", "localhost", true],
    ["http://gateway.example:8080", "gateway.example", true],
    ["http://127.0.0.1:8081", "127.0.0.1", false],
    ["http://127.0.0.1", "127.0.0.1", false],
    ["http://192.0.2.1:8080", "127.0.0.1", false],
    ["http://192.0.2.1:8080", "0.0.0.0", false],
    ["http://127.0.0.1:8080", "192.0.2.1", false],
  ];
  for (const [url, host, own] of cases) {
    it(`${url} is ${own ? "" : "not "}a gateway on ${host}`, () => {
      expect(leadsTo(new URL(url), [{ host, port: 8080 }])).toBe(own);
    });
  }
  it("knows the default ports", () => {
    expect(leadsTo(new URL("http://localhost"), [{ host: "0.0.0.0", port: 80 }])).toBe(true);
    expect(leadsTo(new URL("https://localhost"), [{ host: "0.0.0.0", port: 80 }])).toBe(false);
  });
});

describe("ollamaUrl", () => {
  const cases: readonly (readonly [host: string | undefined, url: string | undefined])[] = [
    [undefined, "http://127.0.0.1:11434/"],
    ["", "http://127.0.0.1:11434/"],
    ["0.0.0.0", "http://127.0.0.1:11434/"],
    [":1234", "http://127.0.0.1:1234/"],
    ["box", "http://box:11434/"],
    ["box:80", "http://box/"],
    ["[::]:1234", "http://[::1]:1234/"],
    ["http://box", "http://box/"],
    ["https://box", "https://box/"],
    ["a b", undefined],
  ];
  for (const [host, url] of cases) it(`${host} is ${url}`, () => expect(ollamaUrl(host)?.href).toBe(url));
});
