import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer as createProxy } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAuthority, type TestAuthority } from "../../support/certificates.ts";
import { type ServeProcess, startServe } from "../../support/serve-process.ts";
import { within } from "../../support/within.ts";

const boundMs = 60_000;
const word = "word-to-the-proxy";
const reply = { id: "x", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hi" } }] };
/** The environment's authority, and one that only a provider's `tls.ca` may come to name. */
let [known, own]: TestAuthority[] = [];
let servers: Server[] = [];
let gateway: ServeProcess;
const asked: (string | undefined)[] = [];
const proxy = createProxy();

const portOf = (server: TcpServer) => (server.address() as AddressInfo).port; // it listens on TCP

async function upstreamOf(authority: TestAuthority): Promise<Server> {
  const server = createServer(await authority.issue("localhost"), (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

beforeAll(async () => {
  const authorities = await Promise.all([createAuthority(), createAuthority()]);
  [known, own] = authorities;
  servers = await Promise.all(authorities.map(upstreamOf));
  proxy.on("connect", ({ headers }, socket) => {
    asked.push(headers["proxy-authorization"]);
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const [atKnown = 0, atOwn = 0] = servers.map(portOf);
  gateway = await startServe(
    (folder) => ({
      server: { listen: ["127.0.0.1:0"], admin: "off" },
      log: { level: "debug" },
      providers: {
        known: { type: "openai-compatible", baseUrl: `https://localhost:${atKnown}/v1` },
        own: { type: "openai-compatible", baseUrl: `https://localhost:${atOwn}/v1`, tls: { ca: join(folder, "ca.pem") } },
        proxied: { type: "openai-compatible", baseUrl: "https://upstream.test/v1" },
      },
    }),
    { NODE_EXTRA_CA_CERTS: authorities[0].files.cert, HTTPS_PROXY: `http://user:${word}@127.0.0.1:${portOf(proxy)}` },
    { "ca.pem": authorities[0].cert },
  );
});
afterAll(async () => {
  await gateway.end();
  for (const server of [...servers, proxy]) server.closeAllConnections();
  for (const server of [...servers, proxy]) server.close();
  await Promise.all([known?.remove(), own?.remove()]);
});

async function ask(model: string): Promise<{ readonly status: number; readonly text: string }> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${gateway.urls[0]}/v1/chat/completions`, { method: "POST", headers, body });
  return { status: response.status, text: await response.text() };
}

it("trusts whom NODE_EXTRA_CA_CERTS names", async () => expect((await ask("known/m")).status).toBe(200));

it("trusts whom a provider's tls.ca names, as it is now", async () => {
  expect((await ask("own/m")).status).toBe(502);
  await writeFile(join(gateway.folder, "ca.pem"), own?.cert ?? "");
  await within(boundMs, "the reload", gateway.logged("configuration reloaded"));
  expect((await ask("own/m")).status).toBe(200);
});

it("tells the proxy's credentials to the proxy alone", async () => {
  const { status, text } = await ask("proxied/m");
  expect(status).toBe(502);
  const basic = Buffer.from(`user:${word}`).toString("base64");
  expect(asked).toEqual([`Basic ${basic}`]);
  const said = text + JSON.stringify(gateway.log);
  expect(said).toContain("the proxy does not connect to the upstream");
  for (const secret of [word, basic]) expect(said).not.toContain(secret);
});
