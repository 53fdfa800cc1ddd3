import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpHandler, type HttpOutgoing, isGone, pathOf, peerOf, writePart } from "../exchange.ts";
import { type Listener, type ListenOptions, listen } from "./listener.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<Listener & { port: number }> {
  const listener = await listen({ at: { host: "127.0.0.1", port: 0 }, ...options }, handler);
  open.push({ close: () => listener.close(0) });
  return { ...listener, port: Number(listener.address.split(":")[1]) };
}

/** A handler whose responses the test ends: asked for by path. */
class Held {
  readonly #responses = new Map<string, HttpOutgoing>();
  readonly #waiting = new Map<string, (response: HttpOutgoing) => void>();

  readonly handler: HttpHandler = (request, response) => {
    const path = pathOf(request);
    this.#responses.set(path, response);
    this.#waiting.get(path)?.(response);
  };

  response(path: string): Promise<HttpOutgoing> {
    const response = this.#responses.get(path);
    if (response !== undefined) return Promise.resolve(response);
    return new Promise((resolve) => this.#waiting.set(path, resolve));
  }
}

const hello: HttpHandler = (request, response) => {
  response.setHeader("x-version", request.httpVersion);
  response.end(`hello ${pathOf(request)}`);
};

function raw(port: number): Socket {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  open.push({ close: () => socket.destroy() });
  return socket.setNoDelay(true);
}

function http2(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`).on("error", () => undefined);
  open.push({ close: () => session.destroy() });
  return session;
}

async function answer(stream: ClientHttp2Stream): Promise<{ status: unknown; body: string }> {
  const [headers] = await once(stream, "response");
  return { status: headers[":status"], body: await text(stream) };
}

const closeOf = (emitter: { once(event: "close", callback: () => void): unknown }) =>
  new Promise<void>((resolve) => emitter.once("close", () => resolve()));

describe("one port", () => {
  it("serves HTTP/1.1 and HTTP/2", async () => {
    const { address, port } = await serve(hello);
    const first = await fetch(`http://${address}/one`);
    expect([first.headers.get("x-version"), await first.text()]).toEqual(["1.1", "hello /one"]);
    const stream = http2(port).request({ ":path": "/two" });
    expect(await answer(stream)).toEqual({ status: 200, body: "hello /two" });
  });

  it("serves HTTP/2 whose preface is split at any byte", async () => {
    const { port } = await serve(hello);
    const opening = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]);
    for (let at = 1; at < opening.length; at++) {
      const socket = raw(port);
      socket.write(opening.subarray(0, at));
      setImmediate(() => socket.write(opening.subarray(at)));
      const [frame]: Buffer[] = await once(socket, "data");
      expect(frame?.[3]).toBe(4); // SETTINGS
      socket.destroy();
    }
  });

  it("keeps a connection alive over requests", async () => {
    const ports = new Set<number | undefined>();
    const { port } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      hello(request, response);
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    open.push({ close: () => agent.destroy() });
    for (let i = 0; i < 5; i++) {
      const [response]: IncomingMessage[] = await once(get({ port, host: "127.0.0.1", agent }), "response");
      if (response !== undefined) await text(response);
    }
    expect(ports.size).toBe(1);
  });

  it("answers pipelined requests in their order, whichever is ready first", async () => {
    const held = new Held();
    const { port } = await serve(held.handler);
    const socket = raw(port);
    socket.write(["a", "b", "c"].map((name) => `GET /${name} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(""));
    for (const name of ["c", "b", "a"]) {
      const response = await held.response(`/${name}`);
      expect(isGone(response)).toBe(false);
      response.end(`<${name}>`);
    }
    let read = "";
    for await (const part of socket) {
      read += part;
      if (read.includes("<c>")) break;
    }
    expect(read.match(/<.>/g)).toEqual(["<a>", "<b>", "<c>"]);
  });

  it.each(["1", "2"])("tells every response of a connection when its client is gone (HTTP/%s)", async (version) => {
    const held = new Held();
    const { port } = await serve(held.handler);
    const paths = ["/a", "/b", "/c"];
    let leave: () => void;
    if (version === "1") {
      const socket = raw(port);
      socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(""));
      leave = () => socket.resetAndDestroy();
    } else {
      const session = http2(port);
      for (const path of paths) session.request({ ":path": path }).on("error", () => undefined);
      leave = () => session.destroy();
    }
    const responses = await Promise.all(paths.map((path) => held.response(path)));
    const closed = Promise.all(responses.map(closeOf));
    leave();
    await closed;
    expect(responses.map(isGone)).toEqual([true, true, true]);
  });

  it("knows that neither version is encrypted here", async () => {
    const { address, port } = await serve((request, response) => response.end(JSON.stringify(peerOf(request))));
    const peer = JSON.stringify({ address: "127.0.0.1", tls: false });
    expect(await (await fetch(`http://${address}/`)).text()).toBe(peer);
    expect((await answer(http2(port).request())).body).toBe(peer);
  });

  it("closes a connection that says nothing", async () => {
    const { port } = await serve(hello, { silentMs: 20 });
    await closeOf(raw(port).resume());
  });

  it.each([
    ["a method that HTTP does not have", "NONSENSE / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a head that is none", "GET / HTTP/1.1\r\nnonsense\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["something else than HTTP", "nonsense\r\n\r\n", /^$/],
    ["a broken preface of HTTP/2", "INVALID CONNECTION PREFACE\r\n\r\n", /^$/],
  ])("closes a connection that sends %s, and tells who may understand", async (_, bytes, told) => {
    const { port } = await serve(hello);
    const socket = raw(port);
    socket.write(bytes);
    expect(await text(socket).catch(() => "")).toMatch(told); // or the connection is reset
  });

  it("allows HTTP/2 clients what the settings say", async () => {
    const { port } = await serve(hello);
    const session = http2(port);
    const [settings] = await once(session, "remoteSettings");
    expect(settings).toMatchObject({ initialWindowSize: 1024 * 1024, maxConcurrentStreams: 1000 });
  });

  it("says when it cannot listen", async () => {
    const { port } = await serve(hello);
    await expect(listen({ at: { host: "127.0.0.1", port } }, hello)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: the port is in use`,
    );
  });

  it("gives addresses that can be put in a URL", async () => {
    const listener = await listen({ at: { host: "::1", port: 0 } }, hello);
    expect(await (await fetch(`http://${listener.address}/six`)).text()).toBe("hello /six");
    await listener.close(0);
  });
});

describe("close", () => {
  it("ends idle and undecided connections at once, and takes no new ones", async () => {
    const { address, port, close } = await serve(hello);
    const idle = raw(port);
    idle.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(idle, "data");
    const undecided = raw(port);
    undecided.write("PRI");
    const session = http2(port);
    await once(session, "remoteSettings");
    const gone = Promise.all([closeOf(idle.resume()), closeOf(undecided.resume()), closeOf(session)]);
    await close(60_000);
    await gone;
    await expect(fetch(`http://${address}/`)).rejects.toThrow();
  });

  it.each(["1", "2"])("lets a running reply finish (HTTP/%s)", async (version) => {
    const held = new Held();
    const { address, port, close } = await serve(held.handler);
    const body =
      version === "1"
        ? fetch(`http://${address}/slow`).then((response) => response.text())
        : answer(http2(port).request({ ":path": "/slow" })).then((reply) => reply.body);
    const response = await held.response("/slow");
    writePart(response, "first, ");
    const closed = close(60_000);
    response.end("last");
    expect(await body).toBe("first, last");
    await closed;
  });

  it("lets every pipelined reply finish", async () => {
    const held = new Held();
    const { port, close } = await serve(held.handler);
    const socket = raw(port);
    socket.write("GET /a HTTP/1.1\r\nhost: localhost\r\n\r\nGET /b HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const [a, b] = [await held.response("/a"), await held.response("/b")];
    const closed = close(60_000);
    a.end("<a>");
    b.end("<b>");
    expect((await text(socket)).match(/<.>/g)).toEqual(["<a>", "<b>"]);
    await closed;
  });

  it("does not cut a reply that is written and not read yet", async () => {
    const size = 32 * 1024 * 1024;
    const { port, close } = await serve((_request, response) => response.end(Buffer.alloc(size, "x")));
    const socket = raw(port);
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(socket, "readable");
    const closed = close(60_000);
    expect((await text(socket)).length).toBeGreaterThan(size);
    await closed;
  });

  it("sends HTTP/2 clients away while their streams go on", async () => {
    const held = new Held();
    const { port, close } = await serve(held.handler);
    const session = http2(port);
    const stream = session.request({ ":path": "/slow" });
    const response = await held.response("/slow");
    const goaway = once(session, "goaway");
    const closed = close(60_000);
    await goaway;
    response.end("done");
    expect((await answer(stream)).body).toBe("done");
    await closed;
  });

  it.each(["1", "2"])("cuts what is not done in time (HTTP/%s)", async (version) => {
    const held = new Held();
    const { address, port, close } = await serve(held.handler);
    const stream = version === "1" ? undefined : http2(port).request({ ":path": "/slow" });
    stream?.on("error", () => undefined);
    const lost = stream === undefined ? expect(fetch(`http://${address}/slow`)).rejects.toThrow() : closeOf(stream);
    const response = await held.response("/slow");
    const gone = closeOf(response);
    await close(20);
    await Promise.all([gone, lost]);
  });
});
