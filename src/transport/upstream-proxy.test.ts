import { once } from "node:events";
import { createServer as createProxy, request as forward, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createAuthority, type TestAuthority, type TestCertificate } from "../../test/support/certificates.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeUpstream, stall } from "../../test/support/fake-upstream.ts";
import { RawUpstream } from "../../test/support/raw-upstream.ts";
import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import { Secret } from "../chat/secret.ts";
import { HttpClient } from "./http-client.ts";
import type { HttpReply } from "./reply-handler.ts";
import { type UpstreamSettings, usualConnection } from "./upstream-settings.ts";

const credentials = `Basic ${Buffer.from("user:word-to-the-proxy").toString("base64")}`;

/** A forward proxy that knows one host, `upstream.test`, whatever its port. */
class ForwardProxy {
  readonly asked: string[] = [];
  readonly sockets = new Set<Socket>();
  /** Where the host is. */
  target = 0;
  readonly #server: Server;
  readonly #secure: boolean;

  /** With a certificate it speaks TLS. */
  constructor(certificate?: TestCertificate) {
    this.#secure = certificate !== undefined;
    this.#server = (certificate === undefined ? createProxy() : createServer(certificate)) as Server; // both have its events
    this.#server.on("request", (request, response) => {
      this.asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      if (request.headers["proxy-authorization"] !== credentials) return void response.writeHead(407).end();
      const { "proxy-authorization": _, ...headers } = request.headers;
      const { pathname, search } = new URL(request.url ?? "");
      const options = { port: this.target, path: `${pathname}${search}`, method: request.method, headers };
      request.pipe(forward(options, (reply) => reply.pipe(response.writeHead(reply.statusCode ?? 0, reply.headers))));
    });
    this.#server.on("connect", (request, near: Socket) => {
      this.asked.push(`CONNECT ${request.url} ${request.headers.host}`);
      if (request.headers["proxy-authorization"] !== credentials) return void near.end("HTTP/1.1 407 No\r\n\r\n");
      const far = connect(this.target, "127.0.0.1", () => near.write("HTTP/1.1 200 Yes\r\n\r\n"));
      near.pipe(far).pipe(near);
      near.on("error", () => undefined).once("close", () => far.destroy());
      far.on("error", () => undefined).once("close", () => near.destroy());
    });
    this.#server.on("connection", (socket) => this.sockets.add(socket));
  }

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get origin(): string {
    return `${this.#secure ? "https" : "http"}://localhost:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

const usual = getCACertificates("default");
let authority: TestAuthority;
let upstream: FakeUpstream;
let secure: ReturnType<typeof createServer>;
let closedAtUpstream = Promise.withResolvers<void>();
let written = 0;
let proxy: ForwardProxy;
let client: HttpClient | undefined;

beforeAll(async () => {
  authority = await createAuthority();
  upstream = await FakeUpstream.start();
  const { cert, key } = await authority.issue("upstream.test");
  secure = createServer({ cert, key }, (request, response) => {
    response.once("close", () => closedAtUpstream.resolve());
    if (request.url === "/stall") response.write("a");
    else if (request.url === "/flood") {
      const piece = Buffer.alloc(64 * 1024);
      const push = () => {
        while (!response.destroyed && written < 1 << 28 && response.write(piece)) written += piece.length;
      };
      response.on("drain", push);
      push();
    } else response.end(JSON.stringify(request.headers));
  });
  await once(secure.listen(0, "127.0.0.1"), "listening");
});
beforeEach(async () => {
  proxy = new ForwardProxy();
  await proxy.start();
  closedAtUpstream = Promise.withResolvers();
  written = 0;
});
afterEach(async () => {
  setDefaultCACertificates(usual);
  await client?.close();
  proxy.close();
  upstream.clear();
});
afterAll(async () => {
  secure.closeAllConnections();
  secure.close();
  await Promise.all([upstream.close(), authority.remove()]);
});

function clientOf(scheme: "http" | "https", more: UpstreamSettings = {}, authorization = new Secret(credentials)): HttpClient {
  proxy.target = scheme === "https" ? (secure.address() as AddressInfo).port : Number(new URL(upstream.origin).port);
  const settings = {
    tls: { ca: Buffer.from(authority.cert) },
    proxyFor: () => ({ origin: proxy.origin, authorization }),
    ...more,
  };
  client = new HttpClient({ origin: `${scheme}://upstream.test`, provider: "vendor", clock: new FakeClock(), settings });
  return client;
}

function send(through: HttpClient, path = "/v1/x?y=1", lease = new Lease()): Promise<HttpReply> {
  return through.send({ method: "POST", path, headers: { authorization: "Bearer key" }, body: Buffer.from("hello"), lease });
}

async function failure(reply: Promise<unknown>): Promise<GatewayError> {
  const error = await reply.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof GatewayError ? error : expect.unreachable(String(error));
}

it("https goes through a tunnel, in which the proxy's credentials are not sent", async () => {
  const through = clientOf("https");
  for (let i = 0; i < 2; i++) {
    const headers = JSON.parse((await (await send(through)).body.all(1 << 20)).toString()) as Record<string, string>;
    expect(headers).toMatchObject({ host: "upstream.test", authorization: "Bearer key" });
    expect(Object.keys(headers).filter((name) => name.startsWith("proxy"))).toEqual([]);
    await setImmediate(); // then the tunnel is free
  }
  expect(proxy.asked).toEqual(["CONNECT upstream.test:443 upstream.test:443"]);
});

it("http is asked for with the whole URL", async () => {
  upstream.next({ steps: ["plain"] });
  expect((await (await send(clientOf("http"))).body.all(1 << 20)).toString()).toBe("plain");
  expect(proxy.asked).toEqual(["POST http://upstream.test/v1/x?y=1 upstream.test"]);
  const { path, headers, body } = await upstream.request();
  expect({ path, body: body.toString() }).toEqual({ path: "/v1/x?y=1", body: "hello" });
  expect(headers).toMatchObject({ host: "upstream.test", authorization: "Bearer key" });
  expect(headers).not.toHaveProperty("proxy-authorization");
});

it("a proxy that refuses is told apart, and its credentials from nobody", async () => {
  const wrong = `Basic ${Buffer.from("user:wrong-word").toString("base64")}`;
  const error = await failure(send(clientOf("https", {}, new Secret(wrong))));
  expect(error).toMatchObject({
    code: "upstream_error",
    message: "the proxy does not connect to the upstream",
    provider: "vendor",
  });
  expect(inspect(error, { depth: 20 })).not.toMatch(/wrong-word|Basic/);
  expect(inspect(error, { depth: 20 })).not.toContain(wrong.slice(6));
  expect((await send(clientOf("http", {}, new Secret(wrong)))).status).toBe(407);
});

it("a proxy that is not there is told apart", async () => {
  const proxyFor = () => ({ origin: "http://127.0.0.1:1", authorization: undefined });
  expect(await failure(send(clientOf("https", { proxyFor })))).toMatchObject({ code: "upstream_error" });
  expect(await failure(send(clientOf("http", { proxyFor })))).toMatchObject({ code: "upstream_error" });
});

it("a proxy that does not answer is too slow", async () => {
  const silent = await RawUpstream.start(() => undefined);
  const connection = { ...usualConnection, connectTimeout: 50 };
  const through = clientOf("https", { connection, proxyFor: () => ({ origin: silent.origin, authorization: undefined }) });
  expect(await failure(send(through))).toMatchObject({ code: "upstream_timeout", provider: "vendor" });
  await silent.close();
});

it("a proxy may speak TLS itself, with a certificate of its own", async () => {
  const securely = new ForwardProxy(await authority.issue("proxy.test"));
  await securely.start();
  securely.target = Number(new URL(upstream.origin).port);
  const proxyFor = () => ({ origin: securely.origin, authorization: new Secret(credentials) });
  const plain = clientOf("http", { proxyFor });
  expect(await failure(send(plain))).toMatchObject({ code: "upstream_error" });
  setDefaultCACertificates([...usual, authority.cert]);
  upstream.next({ steps: ["plain"] });
  expect((await (await send(plain)).body.all(1 << 20)).toString()).toBe("plain");
  await plain.close();
  securely.target = (secure.address() as AddressInfo).port;
  expect((await send(clientOf("https", { proxyFor }))).status).toBe(200);
  securely.close();
});

it("an upstream's certificate is checked in the tunnel", async () => {
  expect(await failure(send(clientOf("https", { tls: undefined })))).toMatchObject({ code: "upstream_error" });
});

it("a lease that ends badly closes the upstream's connection behind the proxy", async () => {
  const lease = new Lease();
  const { body } = await send(clientOf("https"), "/stall", lease);
  expect((await body.next())?.toString()).toBe("a");
  const gone = new GatewayError("cancelled", "the client is gone");
  lease.close(gone);
  await closedAtUpstream.promise;
  expect(await failure(body.next())).toBe(gone);
});

it("the same of the connection to a proxy in the clear", async () => {
  const lease = new Lease();
  upstream.next({ steps: ["a", stall] });
  await send(clientOf("http"), "/x", lease);
  const closed = [...proxy.sockets].map((socket) => once(socket, "close"));
  lease.close(new GatewayError("cancelled", "the client is gone"));
  await Promise.all(closed);
});

it("a body that nobody takes is not read on, through a tunnel too", async () => {
  await send(clientOf("https"), "/flood");
  for (let before = -1; before < written; ) {
    before = written;
    for (let i = 0; i < 100; i++) await setImmediate();
  }
  expect(written).toBeLessThan(32 * 1024 * 1024); // of 256 MiB: what six sockets of the operating system's take
});
