import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, type TestAuthority } from "../../test/support/certificates.ts";
import { loadConfig } from "../config/load.ts";
import { createGateway, type Gateway } from "../gateway.ts";

const main = join(import.meta.dirname, "..", "main.ts");
const folder = mkdtempSync(join(tmpdir(), "sluice-health-"));
const socket = join(folder, "s.sock");
let authority: TestAuthority;
let gateway: Gateway;
/** The ports of its plain and its TLS listener. */
let plain = "";
let secure = "";

beforeAll(async () => {
  authority = await createAuthority();
  const tls = (await authority.issue("sluice.example")).files;
  const listen = ["127.0.0.1:0", { address: "127.0.0.1:0", tls }, `unix:${socket}`];
  const env = { SLUICE_CONFIG_JSON: JSON.stringify({ server: { listen, admin: "off" } }) };
  gateway = await createGateway(await loadConfig({ env }));
  [plain, secure] = (await gateway.listen()).map(({ address }) => address.replace("127.0.0.1:", "")) as [string, string];
});
afterAll(async () => {
  await gateway.close(0);
  await authority.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `sluice health` in a folder of its own, with this configuration if any. */
async function health(args: readonly string[], server?: object) {
  if (server !== undefined) writeFileSync(join(folder, "sluice.yaml"), JSON.stringify({ server }));
  const env = { PATH: process.env.PATH ?? "" };
  const child = spawn(process.execPath, ["-C", "source", main, "health", ...args], { cwd: folder, env });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

const ready = { code: 0, out: '{"ready":true,"reasons":[]}\n', err: "" };

describe("sluice health", () => {
  it("asks where it is told", async () => {
    expect(await health(["--url", `http://127.0.0.1:${plain}`])).toEqual(ready);
    expect(await health(["--url", `http://127.0.0.1:${plain}/healthz`])).toEqual({ code: 0, out: "ok\n", err: "" });
    expect(await health(["--socket", socket])).toEqual(ready);
  });

  it.each<readonly [string, () => object]>([
    ["the admin listener first", () => ({ listen: ["127.0.0.1:9"], admin: `127.0.0.1:${plain}`, metrics: "127.0.0.1:9" })],
    ["then the metrics listener, a wildcard by loopback", () => ({ admin: "off", metrics: `0.0.0.0:${plain}` })],
    ["then a main listener", () => ({ listen: [`127.0.0.1:${plain}`], admin: "off" })],
    ["a Unix socket", () => ({ listen: [`unix:${socket}`], admin: "off" })],
    ["TLS, whatever the certificate's name", () => ({ listen: [listening(secure)], admin: "off" })],
    ["one without mTLS", () => ({ listen: [{ ...listening("9"), tls: mutual }, `127.0.0.1:${plain}`], admin: "off" })],
  ])("without an address asks as the configuration says: %s", async (_, server) => {
    expect(await health([], server())).toEqual(ready);
  });

  const mutual = { cert: "c", key: "k", clientCa: "a" };
  const listening = (port: string) => ({ address: `127.0.0.1:${port}`, tls: { cert: "c", key: "k" } });

  it("says what to do when there is nobody to ask", async () => {
    const mine = await health([], { listen: [{ ...listening("9"), tls: mutual }], admin: "off" });
    expect(mine).toMatchObject({ code: 1, err: expect.stringContaining("turn server.admin or server.metrics on") });
    expect(await health([], { admin: "127.0.0.1:0" })).toMatchObject({ code: 1, err: expect.stringContaining("say --url") });
  });

  it("asks the default address when the configuration has become wrong", async () => {
    expect(await health([], { drainTimout: "1s" })).toMatchObject({
      err: expect.stringContaining("server.drainTimout: is not a known key"),
    });
  });

  it("ends with 1 when nobody answers", async () => {
    const closed = await health(["--url", "http://127.0.0.1:9"]);
    expect(closed).toEqual({ code: 1, out: "", err: "http://127.0.0.1:9/readyz: connect ECONNREFUSED 127.0.0.1:9\n" });
  });

  it("ends with 1 when an answer takes too long, or does not end", async () => {
    const silent = createTcpServer().listen(0, "127.0.0.1");
    const endless = createServer((_, response) => response.writeHead(200).write("r")).listen(0, "127.0.0.1");
    await Promise.all([once(silent, "listening"), once(endless, "listening")]);
    const urls = [silent, endless].map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
    const ended = await Promise.all(urls.map((url) => health(["--url", url])));
    expect(ended).toEqual(urls.map((url) => ({ code: 1, out: "", err: `${url}: no answer within 2 s\n` })));
    silent.close();
    endless.close();
    endless.closeAllConnections();
  });

  it("ends with 1 and the reasons when the gateway is not ready", async () => {
    gateway.beginDrain();
    const draining = await health(["--url", `http://127.0.0.1:${plain}`]);
    expect(draining).toEqual({ code: 1, out: "", err: '{"ready":false,"reasons":["draining"]}\n' });
  });
});
