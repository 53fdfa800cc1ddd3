import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, type TestAuthority, type TestCertificate } from "../../../test/support/certificates.ts";
import { type HttpHandler, peerOf } from "../exchange.ts";
import { type Listener, listen } from "./listener.ts";
import type { TlsFiles } from "./tls-files.ts";

let authority: TestAuthority;
let server: TestCertificate;
const open: Listener[] = [];
beforeAll(async () => {
  authority = await createAuthority();
  server = await authority.issue("server.example");
});
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close(0);
});
afterAll(() => authority.remove());

/** Answers with the HTTP version and the peer. */
const mirror: HttpHandler = (incoming, response) => {
  response.end(JSON.stringify({ version: incoming.httpVersion, peer: peerOf(incoming) }));
};

async function serve(tls: TlsFiles): Promise<{ listener: Listener; port: number; url: string }> {
  const listener = await listen({ at: { host: "127.0.0.1", port: 0, tls } }, mirror);
  open.push(listener);
  return { listener, port: Number(listener.address.split(":")[1]), url: `https://${listener.address}` };
}

interface Identity {
  readonly cert?: string;
  readonly key?: string;
}

async function overHttp1(url: string, { cert, key }: Identity = {}): Promise<{ version: string; peer: object }> {
  const asking = request(url, { ca: authority.cert, cert, key, agent: false }).end();
  const [response] = await once(asking, "response");
  return JSON.parse(await text(response));
}

async function overHttp2(url: string, { cert, key }: Identity = {}): Promise<{ version: string; peer: object }> {
  const session = connectHttp2(url, { ca: authority.cert, cert, key });
  try {
    const stream = session.request({ ":path": "/" });
    const failed = once(session, "error").then(([error]) => Promise.reject(error));
    return JSON.parse(await Promise.race([text(stream), failed]));
  } finally {
    session.destroy();
  }
}

describe("a TLS listener", () => {
  it("serves HTTP/1.1 and HTTP/2, as ALPN says", async () => {
    const { url } = await serve(server.files);
    expect(await overHttp1(url)).toMatchObject({ version: "1.1", peer: { address: "127.0.0.1", tls: true } });
    expect(await overHttp2(url)).toMatchObject({ version: "2.0", peer: { address: "127.0.0.1", tls: true } });
  });

  it.each(["1", "2"])("lets in only clients of its authority, and knows their names (HTTP/%s)", async (version) => {
    const ask = version === "1" ? overHttp1 : overHttp2;
    const { url } = await serve({ ...server.files, clientCa: authority.files.cert });
    const client = await authority.issue("client.example", "spiffe://example/ns/default/sa/client");
    expect(await ask(url, client)).toMatchObject({
      peer: {
        certificateNames: expect.arrayContaining(["DNS:client.example", "URI:spiffe://example/ns/default/sa/client"]),
      },
    });
    const stranger = await createAuthority();
    const unknown = await stranger.issue("client.example");
    await stranger.remove();
    for (const identity of [{}, unknown]) await expect(ask(url, identity)).rejects.toBeDefined();
    expect(await ask(url, client)).toMatchObject({ peer: { tls: true } });
  });

  it("takes new certificates without dropping a connection, and keeps the old ones when the new are bad", async () => {
    const files = await authority.issue("before.example");
    const { listener, url, port } = await serve(files.files);
    const session = connectHttp2(url, { ca: authority.cert });
    await once(session, "connect");
    const nameNow = async () => {
      const socket = connectTls({ port, host: "127.0.0.1", ca: authority.cert });
      await once(socket, "secureConnect");
      const name = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      return name;
    };
    expect(await nameNow()).toBe("before.example");

    const next = await authority.issue("after.example");
    await copyFile(next.files.cert, files.files.cert);
    await expect(listener.reloadTls()).rejects.toThrow("not a usable pair of PEM files"); // the key is still the old one
    expect(await nameNow()).toBe("before.example");
    await copyFile(next.files.key, files.files.key);
    await listener.reloadTls();
    expect(await nameNow()).toBe("after.example");

    expect(JSON.parse(await text(session.request({ ":path": "/" })))).toMatchObject({ version: "2.0" });
    session.destroy();
  });

  it("says which files cannot be used", async () => {
    const other = await authority.issue("other.example");
    const tls = { cert: server.files.cert, key: other.files.key };
    await expect(serve(tls)).rejects.toThrow(`${tls.cert}, ${tls.key}: not a usable pair of PEM files`);
    await expect(serve({ ...server.files, key: "/nowhere.key" })).rejects.toThrow("/nowhere.key");
  });

  it("takes a long request that comes before the reply to the one before it is out", async () => {
    const handler: HttpHandler = (request, response) => {
      if (request.method === "GET") response.end("x".repeat(300_000));
      else void text(request).then(({ length }) => response.end(`got ${length}`));
    };
    const listener = await listen({ at: { host: "127.0.0.1", port: 0, tls: server.files } }, handler);
    open.push(listener);
    const socket = connectTls({ port: Number(listener.address.split(":")[1]), host: "127.0.0.1", ca: authority.cert });
    await once(socket, "secureConnect");
    const ask = (method: string, body: string) =>
      `${method} / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(ask("POST", ""));
    await once(socket, "data");
    socket.write(ask("GET", "") + ask("POST", "x".repeat(50_000))); // several TLS records, which the server reads at once
    let received = "";
    for await (const part of socket.setEncoding("latin1")) {
      received += part;
      if (received.endsWith("got 50000")) break;
    }
    expect(received.slice(-9)).toBe("got 50000");
  });

  it("closes a connection that does not shake hands", async () => {
    const listener = await listen({ at: { host: "127.0.0.1", port: 0, tls: server.files }, silentMs: 50 }, mirror);
    open.push(listener);
    const { connect } = await import("node:net");
    const socket = connect(Number(listener.address.split(":")[1]), "127.0.0.1").resume();
    await once(socket, "close");
  });
});
