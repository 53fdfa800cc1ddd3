import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
} from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority, type TestAuthority, type TestCertificate } from "../../test/support/certificates.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import { HttpClient } from "./http-client.ts";
import type { HttpReply } from "./reply-handler.ts";
import { type UpstreamSettings, usualConnection } from "./upstream-settings.ts";

let authority: TestAuthority;
let certificate: TestCertificate;
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue("upstream.test");
});
afterAll(() => authority.remove());

const opened: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of opened.splice(0).reverse()) await close();
});

type Answer = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** A server that speaks HTTP/2 and HTTP/1.1 over TLS; gives its port. */
async function serve(
  answer: Answer,
  options: SecureServerOptions = {},
): Promise<{ readonly port: number; readonly server: Http2SecureServer }> {
  const { cert, key } = certificate;
  const server = createSecureServer({ cert, key, allowHTTP1: true, ...options }, answer);
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket)).on("sessionError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port }; // it listens on TCP
}

const toLoopback: LookupFunction = (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]);

function clientOf(port: number, settings: UpstreamSettings = {}, http2 = false, host = "upstream.test"): HttpClient {
  const all = { resolve: toLoopback, connection: { ...usualConnection, http2 }, ...settings };
  const client = new HttpClient({ origin: `https://${host}:${port}`, provider: "vendor", clock: new FakeClock(), settings: all });
  opened.push(() => client.close());
  return client;
}

function send(client: HttpClient, path = "/", lease = new Lease()): Promise<HttpReply> {
  return client.send({ method: "POST", path, headers: {}, body: Buffer.from("hello"), lease });
}

async function ask(client: HttpClient): Promise<string | GatewayError> {
  try {
    return (await (await send(client)).body.all(1 << 20)).toString();
  } catch (error) {
    return GatewayError.from(error);
  }
}

const version: Answer = (request, response) => void response.end(request.httpVersion);
const ca = () => Buffer.from(authority.cert);

describe("an upstream's certificate", () => {
  it("is trusted when it is of the configured authority", async () => {
    const { port } = await serve(version);
    expect(await ask(clientOf(port, { tls: { ca: ca() } }))).toBe("1.1");
  });

  it.each<[string, () => UpstreamSettings, string]>([
    ["is of nobody's authority", () => ({}), "upstream.test"],
    ["is another host's", () => ({ tls: { ca: ca() } }), "other.test"],
  ])("is refused when it %s, whatever the environment says", async (_what, settings, host) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    let asked = 0;
    const { port } = await serve((request, response) => {
      asked++;
      version(request, response);
    });
    expect(await ask(clientOf(port, settings(), false, host))).toMatchObject({ code: "upstream_error" });
    expect(asked).toBe(0);
  });

  it("of the gateway's own is shown where it is wanted", async () => {
    const { port } = await serve(version, { ca: authority.cert, requestCert: true, rejectUnauthorized: true });
    const own = await authority.issue("sluice.test");
    expect(await ask(clientOf(port, { tls: { ca: ca() } }))).toMatchObject({ code: "upstream_error" });
    const tls = { ca: ca(), cert: Buffer.from(own.cert), key: Buffer.from(own.key) };
    expect(await ask(clientOf(port, { tls }))).toBe("1.1");
  });
});

describe("with HTTP/2", () => {
  it("is asked over it where it speaks it, and over HTTP/1.1 where it does not", async () => {
    const both = await serve(version);
    expect(await ask(clientOf(both.port, { tls: { ca: ca() } }, true))).toBe("2.0");
    const old = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) =>
      response.end(request.httpVersion),
    );
    await once(old.listen(0, "127.0.0.1"), "listening");
    opened.push(() => old.close());
    const { port } = old.address() as AddressInfo; // it listens on TCP
    expect(await ask(clientOf(port, { tls: { ca: ca() } }, true))).toBe("1.1");
  });

  it("requests share a connection; one that is aborted ends alone, one that is not read stops alone", async () => {
    let connections = 0;
    const flow = { sent: 0, drained: 0 };
    const ended = Promise.withResolvers<void>();
    const { port, server } = await serve((request, response) => {
      request.resume();
      if (request.url === "/aborted") {
        response.write("a");
        response.stream.once("aborted", () => ended.resolve());
      } else if (request.url === "/unread") {
        const piece = Buffer.alloc(16 * 1024);
        const push = () => {
          while (response.write(piece)) flow.sent += piece.length;
        };
        response.on("drain", push).on("error", () => undefined);
        push();
      } else response.end("read");
    });
    server.on("session", () => connections++);
    const client = clientOf(port, { tls: { ca: ca() } }, true);
    const lease = new Lease();
    const aborted = await send(client, "/aborted", lease);
    const unread = await send(client, "/unread");
    expect(await ask(client)).toBe("read");
    lease.close(new GatewayError("cancelled", "the client is gone"));
    await ended.promise;
    for (let i = 0; i < 20; i++) expect(await ask(client)).toBe("read");
    expect(flow.sent).toBeLessThan(1024 * 1024);
    await expect(aborted.body.next()).rejects.toMatchObject({ code: "cancelled" });
    expect((await unread.body.next())?.length).toBeGreaterThan(0);
    expect(connections).toBe(1);
  });
});
