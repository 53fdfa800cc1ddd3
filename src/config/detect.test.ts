import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { detectProviders } from "./detect.ts";
import { leadsTo } from "./own-address.ts";
import { ollamaUrl } from "./probe-ollama.ts";

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
      ollama: { type: "openai-compatible", baseUrl: `http://${host}/v1`, models: ["gemma3:latest", "qwen3:4b"] },
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

  it("tells what it cannot use yet, without its value", async () => {
    const env = { ...noOllama, AZURE_OPENAI_ENDPOINT: "canary", AWS_ACCESS_KEY_ID: "canary", GEMINI_API_KEY: "" };
    const { notes } = await detectProviders({ env, listen });
    expect(notes).toEqual([
      "AWS_ACCESS_KEY_ID is set, but its provider is not in this version",
      "AZURE_OPENAI_ENDPOINT is set, but its provider is not in this version",
    ]);
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
