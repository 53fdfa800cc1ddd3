import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeUpstream, type Script, stall } from "../../test/support/fake-upstream.ts";
import { RawUpstream } from "../../test/support/raw-upstream.ts";
import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import { HttpClient } from "./http-client.ts";
import { type ConnectionSettings, type UpstreamSettings, usualConnection } from "./upstream-settings.ts";

const clock = new FakeClock();
const gone = new GatewayError("cancelled", "the client is gone");
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const each of opened.splice(0).reverse()) await each.close();
});

function opening<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each);
  return each;
}

function clientOf(origin: string, connection: Partial<ConnectionSettings> = {}, more: UpstreamSettings = {}): HttpClient {
  const settings = { ...more, connection: { ...usualConnection, ...connection } };
  return opening(new HttpClient({ origin, provider: "vendor", clock, settings }));
}

/** A request's reply as text, or its error. */
async function ask(client: HttpClient, lease = new Lease(), body = "hello"): Promise<string | GatewayError> {
  try {
    const reply = await client.send({ method: "POST", path: "/x", headers: {}, body: Buffer.from(body), lease });
    const text = `${reply.status} ${await reply.body.all(1 << 20)}`;
    await setImmediate(); // then its connection is free
    return text;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error;
  }
}

const ok = (text: string, ...headers: string[]) =>
  ["HTTP/1.1 200 OK", ...headers, `content-length: ${text.length}`, "", text].join("\r\n");

describe("a kept connection", () => {
  it("that is closed as a request comes fails the request, which is not sent twice", async () => {
    const upstream = opening(await RawUpstream.start((socket, at) => (at === 1 ? socket.destroy() : socket.write(ok(`${at}`)))));
    const client = clientOf(upstream.origin);
    expect(await ask(client)).toBe("200 0");
    expect(await ask(client)).toMatchObject({ code: "upstream_error", provider: "vendor" });
    expect(upstream.requests).toHaveLength(2);
    expect(await ask(client)).toBe("200 2");
    expect(upstream.connections).toBe(2);
  });

  it("that the upstream has closed is not used", async () => {
    const upstream = opening(await RawUpstream.start((socket, at) => socket.end(ok(`${at}`))));
    const client = clientOf(upstream.origin);
    for (const at of [0, 1, 2]) {
      expect(await ask(client)).toBe(`200 ${at}`);
      await upstream.idle();
    }
    expect(upstream.requests).toHaveLength(3);
  });

  it("is closed when it has been idle", async () => {
    const upstream = opening(await RawUpstream.start((socket) => socket.write(ok("x"))));
    expect(await ask(clientOf(upstream.origin, { idleTimeout: 20 }))).toBe("200 x");
    await upstream.idle();
  });

  it("is not kept longer than is configured because an upstream says so", async () => {
    const upstream = opening(await RawUpstream.start((socket) => socket.write(ok("x", "keep-alive: timeout=600"))));
    expect(await ask(clientOf(upstream.origin, { idleTimeout: 20 }))).toBe("200 x");
    await upstream.idle();
  });

  it("is left at its age for one to the address that the name has then, which is checked again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const upstream = opening(await RawUpstream.start((socket, at) => socket.write(ok(`${at}`))));
    const addresses = ["127.0.0.1", "127.0.0.1", "169.254.169.254"];
    let asked = 0;
    const resolve: LookupFunction = (_name, _options, callback) => {
      callback(null, [{ address: addresses[asked++] ?? "", family: 4 }]);
    };
    const client = clientOf(`http://rebinding.test:${upstream.port}`, { maxAge: 60_000 }, { resolve });
    expect([await ask(client), await ask(client)]).toEqual(["200 0", "200 1"]);
    expect(asked).toBe(1);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await ask(client)).toBe("200 2");
    expect(asked).toBe(2);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await ask(client)).toMatchObject({
      code: "upstream_error",
      message: "the upstream's name leads to where no upstream may be",
    });
    expect(upstream.requests).toHaveLength(3);
  });
});

describe("a reply that lies about its length", () => {
  it.each([
    ["more than it says", `${ok("ok")}${ok("poison")}`, "200 ok"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nContent-Length: 6\r\n\r\npoison", "upstream_error"],
    [
      "a length in its trailers",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\ncontent-length: 9\r\n\r\n",
      "upstream_interrupted",
    ],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "upstream_error",
    ],
    ["chunks that are not the last encoding", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, x\r\n\r\npoison", "200 poison"],
  ])("%s: the next request gets its own reply", async (_what, bytes, expected) => {
    const upstream = opening(
      await RawUpstream.start((socket, at) => {
        socket.write(at === 0 ? bytes : ok("mine"));
        if (at === 0 && expected === "200 poison") socket.end(); // such a body ends with its connection
      }),
    );
    const client = clientOf(upstream.origin);
    const first = await ask(client);
    expect(first instanceof GatewayError ? first.code : first).toBe(expected);
    expect(await ask(client)).toBe("200 mine");
    expect(upstream.connections).toBe(2);
  });
});

it("trailers are passed over, and the connection serves again", async () => {
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-checksum: 1\r\n\r\n";
  const upstream = opening(await RawUpstream.start((socket, at) => socket.write(at === 0 ? chunked : ok("mine"))));
  const client = clientOf(upstream.origin);
  expect([await ask(client), await ask(client)]).toEqual(["200 ok", "200 mine"]);
  expect(upstream.connections).toBe(1);
});

it("an upstream may answer before it has read the request", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.write(ok("early", "connection: close")));
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await ask(client, new Lease(), "x".repeat(8 << 20))).toBe("200 early");
  server.close();
});

describe("requests beyond the limit", () => {
  it("wait for their turn, and are refused when too many wait", async () => {
    const upstream = opening(await FakeUpstream.start());
    const client = clientOf(upstream.origin, { maxRequests: 2, maxWaiting: 1 });
    const go = Promise.withResolvers<void>();
    upstream.always({ steps: ["a", go.promise, "b"] });
    const asked = [0, 1, 2].map(() => ask(client));
    await upstream.request();
    await upstream.request();
    expect(await ask(client)).toMatchObject({ code: "overloaded", provider: "vendor", retryAfterMs: 1000 });
    expect(upstream.requests).toHaveLength(2);
    go.resolve();
    expect(await Promise.all(asked)).toEqual(["200 ab", "200 ab", "200 ab"]);
    expect(upstream.connections).toBe(2);
  });

  it.each<[string, Script]>([
    ["in its body", { steps: ["a", stall] }],
    ["before its headers", { before: new Promise(() => undefined) }],
  ])("take the place of one that is aborted %s", async (_when, script) => {
    const upstream = opening(await FakeUpstream.start());
    const client = clientOf(upstream.origin, { maxRequests: 1 });
    const lease = new Lease();
    upstream.next(script, { steps: ["next"] });
    const first = ask(client, lease);
    await upstream.request();
    const left = new Lease();
    const leaving = ask(client, left);
    const second = ask(client);
    left.close(gone);
    expect(await leaving).toBe(gone);
    lease.close(gone);
    expect(await first).toBe(gone);
    expect(await second).toBe("200 next");
  });

  it("take the place of one that fails", async () => {
    const upstream = opening(await RawUpstream.start((socket, at) => (at === 0 ? socket.destroy() : socket.write(ok("x")))));
    const client = clientOf(upstream.origin, { maxRequests: 1 });
    const [first, second] = await Promise.all([ask(client), ask(client)]);
    expect(first).toMatchObject({ code: "upstream_error" });
    expect(second).toBe("200 x");
  });
});

it("an upstream that does not shake hands in time is too slow", async () => {
  const upstream = opening(await RawUpstream.start(() => undefined));
  const client = clientOf(upstream.origin.replace("http:", "https:"), { connectTimeout: 50 });
  expect(await ask(client)).toMatchObject({ code: "upstream_timeout", provider: "vendor" });
});

it.each([
  ["http://169.254.169.254", "a link-local address"],
  ["http://2852039166/latest", "a link-local address"],
  ["https://metadata.google.internal", "a link-local address"],
  ["http://[::ffff:100.100.100.200]", "a cloud's metadata service"],
])("no client is made for %s", (origin, what) => {
  const make = () => new HttpClient({ origin, provider: "vendor", clock });
  expect(make).toThrow(`its URL leads to ${what}, where no model is usually served; allowAddresses would allow it`);
});

it("what is allowed is asked", async () => {
  const settings = { allowAddresses: ["169.254.10.1"] };
  const client = new HttpClient({ origin: "http://169.254.10.1", provider: "vendor", clock, settings });
  await client.close();
});
