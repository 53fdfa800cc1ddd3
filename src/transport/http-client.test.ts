import { once } from "node:events";
import { createServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { cut, FakeUpstream, reset, type Script, stall } from "../../test/support/fake-upstream.ts";
import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import { HttpClient } from "./http-client.ts";
import type { HttpReply } from "./reply-handler.ts";

let upstream: FakeUpstream;
let client: HttpClient;
const clock = new FakeClock();
const gone = new GatewayError("cancelled", "the client is gone");

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  client = new HttpClient({ origin: upstream.origin, provider: "vendor", clock });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await client.close();
  await upstream.close();
});

function send(script: Script, lease = new Lease(), through = client): Promise<HttpReply> {
  upstream.next(script);
  return through.send({ method: "POST", path: "/v1/x?y=1", headers: { "x-a": "b" }, body: Buffer.from("hello"), lease });
}

async function text({ body }: HttpReply): Promise<string> {
  return (await body.all(1 << 20)).toString();
}

function failure(promise: Promise<unknown>): Promise<GatewayError> {
  return promise.then(
    () => expect.unreachable("it did not fail"),
    (error: unknown) => (error instanceof GatewayError ? error : expect.unreachable(String(error))),
  );
}

/** Some turns of the event loop, in which anything that can go on does. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

describe("a request", () => {
  it("goes out as it is, without asking for compression, and its reply comes back", async () => {
    const reply = await send({ status: 201, headers: { "X-Thing": "1" }, steps: ["good", " day"] });
    expect(reply).toMatchObject({ status: 201, headers: { "x-thing": "1" } });
    expect(await text(reply)).toBe("good day");
    const { method, path, headers, body } = await upstream.request();
    expect({ method, path, body: body.toString() }).toEqual({ method: "POST", path: "/v1/x?y=1", body: "hello" });
    expect(headers).toMatchObject({ "x-a": "b", "accept-encoding": "identity", "content-length": "5" });
  });

  it("uses a connection again, one request at a time", async () => {
    const before = upstream.connections;
    for (let i = 0; i < 5; i++) expect(await text(await send({ steps: [`${i}`] }))).toBe(`${i}`);
    expect(upstream.connections - before).toBeLessThanOrEqual(1);
    const open = Promise.withResolvers<void>();
    const replies = await Promise.all([0, 1, 2].map(() => send({ steps: ["a", open.promise, "b"] })));
    expect(new Set(upstream.requests.slice(-3).map(({ connection }) => connection)).size).toBe(3);
    open.resolve();
    expect(await Promise.all(replies.map(text))).toEqual(["ab", "ab", "ab"]);
  });

  it("does not follow a redirect", async () => {
    const reply = await send({ status: 307, headers: { location: `${upstream.origin}/elsewhere` }, steps: ["no"] });
    expect(reply.status).toBe(307);
    await text(reply);
    expect(upstream.requests).toHaveLength(1);
  });

  it("passes over 1xx answers", async () => {
    const reply = await send({
      raw: true,
      steps: [
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
      ],
    });
    expect(reply.status).toBe(200);
    expect(await text(reply)).toBe("ok");
  });
});

describe("an upstream that fails", () => {
  it.each<[string, Script, string]>([
    ["closes before its headers", { raw: true, steps: [] }, "upstream_error"],
    ["does not speak HTTP", { raw: true, steps: ["SSH-2.0-x\r\n\r\n"] }, "upstream_error"],
    ["has endless headers", { raw: true, steps: [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n`] }, "upstream_error"],
    ["compresses unasked", { headers: { "content-encoding": "gzip" }, steps: [gzipSync("x"), stall] }, "upstream_error"],
  ])("%s", async (_name, script, code) => {
    expect(await failure(send(script))).toMatchObject({ code, provider: "vendor" });
  });

  it.each<[string, Script]>([
    ["closes in its chunked body", { steps: ["abc", cut] }],
    ["closes before the promised length", { headers: { "content-length": "10" }, steps: ["abc", cut] }],
    ["has a broken chunk", { raw: true, steps: ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", "zz\r\n"] }],
  ])("%s: what had come is given, then the error", async (_name, script) => {
    const { body } = await send(script);
    let got = "";
    const error = await failure(
      (async () => {
        for (let read = await body.next(); read !== undefined; read = await body.next()) got += read.toString();
      })(),
    );
    expect(got).toBe("abc");
    expect(error).toMatchObject({ code: "upstream_interrupted", provider: "vendor" });
    expect(await failure(body.next())).toBe(error);
  });

  it("resets its connection in the body", async () => {
    const go = Promise.withResolvers<void>();
    const { body } = await send({ steps: ["abc", go.promise, reset] });
    expect((await body.next())?.toString()).toBe("abc");
    go.resolve();
    expect((await failure(body.next())).code).toBe("upstream_interrupted");
  });

  it.each([
    ["nobody listens", async () => `http://127.0.0.1:${await freePort()}`],
    ["the name does not exist", async () => "http://host.invalid"],
    ["it does not speak TLS", async () => upstream.origin.replace("http:", "https:")],
  ])("cannot be reached: %s", async (_name, origin) => {
    const other = new HttpClient({ origin: await origin(), provider: "vendor", clock });
    const error = await failure(send({}, new Lease(), other));
    await other.close();
    expect(error).toMatchObject({ code: "upstream_error", message: "the upstream cannot be reached", provider: "vendor" });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a lease that ends badly", () => {
  it("sends nothing when it has ended before", async () => {
    const lease = new Lease();
    lease.close(gone);
    expect(await failure(send({}, lease))).toBe(gone);
    await turns(10);
    expect(upstream.requests).toHaveLength(0);
  });

  it("ends a request that has no connection yet, which then sends nothing", async () => {
    const fresh = new HttpClient({ origin: upstream.origin, provider: "vendor", clock });
    const lease = new Lease();
    const sent = failure(send({}, lease, fresh));
    lease.close(gone);
    expect(await sent).toBe(gone);
    upstream.clear();
    expect(await text(await send({ steps: ["other"] }, new Lease(), fresh))).toBe("other");
    await fresh.close();
    expect(upstream.requests).toHaveLength(1);
  });

  it("closes the connection before the headers", async () => {
    const lease = new Lease();
    const sent = failure(send({ before: new Promise(() => {}) }, lease));
    const request = await upstream.request();
    lease.close(gone);
    expect(await sent).toBe(gone);
    await request.closed;
  });

  it("closes the connection in the body; what waits is dropped", async () => {
    const lease = new Lease();
    const { body } = await send({ steps: ["a", stall] }, lease);
    const request = await upstream.request();
    await turns(20);
    lease.close(gone);
    expect(await failure(body.next())).toBe(gone);
    await request.closed;
  });

  it("drops what waits also when the whole body has come", async () => {
    const lease = new Lease();
    const { body } = await send({ steps: ["abc"] }, lease);
    await (await upstream.request()).closed;
    await turns(20);
    lease.close(gone);
    expect(await failure(body.next())).toBe(gone);
    expect(await text(await send({ steps: ["next"] }))).toBe("next");
  });

  it("fails a read that waits", async () => {
    const lease = new Lease();
    const { body } = await send({ steps: [stall] }, lease);
    const read = failure(body.next());
    lease.close(gone);
    expect(await read).toBe(gone);
  });
});

it("leaves the connection alone when the lease ends well", async () => {
  const lease = new Lease();
  const go = Promise.withResolvers<void>();
  const reply = await send({ steps: ["a", go.promise, "b"] }, lease);
  lease.close();
  go.resolve();
  expect(await text(reply)).toBe("ab");
});

describe("a body", () => {
  it("is refused when it is larger than wanted", async () => {
    const reply = await send({ steps: ["x".repeat(101)] });
    expect(await failure(reply.body.all(100))).toMatchObject({ code: "upstream_error" });
  });

  it("is not read on while nobody takes it", async () => {
    const piece = Buffer.alloc(64 * 1024, "x");
    const reply = await send({ steps: Array<Buffer>(1024).fill(piece) });
    const request = await upstream.request();
    for (let taken = -1; taken < request.bytesTaken; await turns(100)) taken = request.bytesTaken; // until it stands still
    expect(request.bytesTaken).toBeLessThan(16 * 1024 * 1024); // of 64 MiB: what the operating system's buffers take
    expect((await reply.body.all(1 << 27)).length).toBe(1024 * piece.length);
  });

  it("that was discarded leaves its connection to the next request", async () => {
    const go = Promise.withResolvers<void>();
    const { body } = await send({ steps: ["a", go.promise, "b".repeat(1 << 20)] });
    const request = await upstream.request();
    body.discard();
    go.resolve();
    await request.closed;
    const before = upstream.connections;
    expect(await text(await send({ steps: ["c"] }))).toBe("c");
    expect(upstream.connections).toBe(before);
    expect(clock.pending).toBe(0);
  });

  it("that was discarded runs out also when it had been paused", async () => {
    const { body } = await send({ steps: [Buffer.alloc(64 * 1024 * 1024)] });
    const request = await upstream.request();
    await turns(100);
    body.discard();
    await request.closed;
    while (clock.pending > 0) await setImmediate(); // its end has come
  });

  it("that was discarded and does not end has its connection closed after a second", async () => {
    const { body } = await send({ steps: ["a", stall] });
    const request = await upstream.request();
    body.discard();
    await clock.advance(1000);
    await request.closed;
    expect(clock.pending).toBe(0);
  });
});
