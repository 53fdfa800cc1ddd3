import { connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { http1Reply, http2Reply, type RawReply } from "../support/raw-reply.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { pathOf, questionOf, type Surface, surfaces } from "../support/surfaces.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
const listed = "https://app.example.com";
/** The id of every request that a page of somebody else's sends. Nothing of them may run. */
const foreign = "foreign";
const log = new RecordingLog(({ request_id }) => request_id === foreign);
let gateway: AttackedGateway;
beforeAll(async () => {
  const server = {
    admin: "127.0.0.1:0",
    metrics: "127.0.0.1:0",
    allowedHosts: ["gateway.internal"],
    cors: { origins: [listed] },
  };
  gateway = await AttackedGateway.start({ server, pipeline: { use: ["logging"] } }, log);
});
afterAll(() => gateway.close());

type Fields = Readonly<Record<string, string>>;

/** What is asked for. */
interface Asked {
  readonly name: string;
  readonly version: "1.1" | "2";
  readonly method: string;
  readonly path: string;
  readonly fields: Fields;
  readonly body: string;
  /** 0: the main one; 1: admin; 2: metrics. */
  readonly listener: 0 | 1 | 2;
}

const calls: readonly Asked[] = surfaces.map((surface) => callOf(surface));
const pages: readonly Asked[] = (["1.1", "2"] as const).flatMap((version) =>
  ([1, 2] as const).map((listener) => {
    const name = `${listener === 1 ? "admin" : "metrics"} ${version}`;
    return { name, version, method: "GET", path: "/metrics", fields: {}, body: "", listener };
  }),
);
const models: Asked = { name: "models", version: "1.1", method: "GET", path: "/v1/models", fields: {}, body: "", listener: 0 };
const everything = [...calls, models, ...pages];

function callOf(surface: Surface): Asked {
  const { name, version, contentType } = surface;
  const body = questionOf(surface, "demo/echo", "hi").toString("latin1");
  return { name, version, method: "POST", path: pathOf(surface), fields: { "content-type": contentType }, body, listener: 0 };
}

/** Sends it as a browser would that has been made to say this. */
async function ask(asked: Asked, more: Fields, host = "localhost"): Promise<RawReply> {
  const { name, version, method, path, body, listener } = asked;
  const fields = { ...asked.fields, "x-request-id": foreign, ...more };
  if (version === "2") {
    const session = connect(`http://127.0.0.1:${gateway.ports[listener]}`);
    try {
      return await within(
        boundMs,
        name,
        http2Reply(session, { ":method": method, ":path": path, ":authority": host, ...fields }, body),
      );
    } finally {
      session.close();
    }
  }
  const lines = Object.entries({ host, ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  return within(boundMs, name, http1Reply(gateway.connect(listener).write(head + body)));
}

const fieldOf = ({ fields }: RawReply, wanted: string) => fields.find(([name]) => name === wanted)?.[1];
const allows = (reply: RawReply) => reply.fields.filter(([name]) => name.startsWith("access-control-"));

/** Runs an attack whose every request must be refused, without a word that lets a page read the refusal. */
async function attack(name: string, status: number, requests: readonly (() => Promise<RawReply>)[]): Promise<void> {
  await gateway.attack(name, async () => {
    const taken: string[] = [];
    for (let at = 0; at < requests.length; at += 8) {
      for (const reply of await Promise.all(requests.slice(at, at + 8).map((send) => send()))) {
        if (reply.status !== status || allows(reply).length > 0) taken.push(JSON.stringify(reply));
      }
    }
    expect(taken).toEqual([]);
    expect(log.lines).toEqual([]);
    return `${requests.length} requests refused with ${status}, no call`;
  });
}

describe("DNS rebinding: on loopback, a Host that is not this machine's", () => {
  const hosts = [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "gateway.internal.evil.example",
    "xgateway.internal",
    "localhost:x",
    "localhost.",
    "0.0.0.0",
    "[::]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "192.168.0.1",
    "app.example.com", // an origin that is listed, but no host
  ];
  it("is refused everywhere", async () => {
    const requests = hosts.flatMap((host) => everything.map((asked) => () => ask(asked, {}, host)));
    await attack(`${hosts.length} foreign Hosts`, 403, requests);
  });

  it("is refused with the Origin that belongs to it, and with one that is listed", async () => {
    const origins = ["http://evil.example", "https://evil.example", listed];
    const requests = everything.flatMap((asked) => origins.map((origin) => () => ask(asked, { origin }, "evil.example")));
    await attack("a foreign Host with an Origin", 403, requests);
  });

  it.each(["localhost", "127.0.0.1", "[::1]:8080", "gateway.internal"])("%s is answered everywhere", async (host) => {
    for (const asked of everything) {
      const reply = await ask(asked, { "x-request-id": "own" }, host);
      expect(reply.status, asked.name).toBe(200);
    }
  });

  it("says whether it lives to whoever asks, as probes have any Host", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      for (const listener of [0, 1, 2] as const) {
        const reply = await ask({ ...models, path, listener }, { origin: "http://evil.example" }, "10.0.0.1:8080");
        expect([reply.status, allows(reply)]).toEqual([200, []]);
      }
    }
  });
});

describe("another page's Origin", () => {
  const origins = [
    "http://evil.example",
    "https://evil.example",
    "null",
    "",
    "file://",
    "http://localhost:3000",
    "http://localhost.evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.example",
    "https://app.example.com/",
    "https://APP.example.com",
    "https://evil.example, https://app.example.com",
    "*",
    "chrome-extension://abcdefghijklmnop",
    "ftp://localhost",
  ];
  it("is refused everywhere", async () => {
    const requests = origins.flatMap((origin) => everything.map((asked) => () => ask(asked, { origin })));
    await attack(`${origins.length} foreign Origins`, 403, requests);
  });

  it("is refused in a preflight", async () => {
    const wants = { "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
    const requests = everything.flatMap((asked) =>
      origins.map((origin) => () => ask({ ...asked, method: "OPTIONS", fields: {}, body: "" }, { origin, ...wants })),
    );
    await attack("foreign preflights", 403, requests);
  });

  it("is refused when it asks for the private network, too", async () => {
    const wants = { "access-control-request-method": "POST", "access-control-request-private-network": "true" };
    const preflight = { ...models, method: "OPTIONS" };
    await attack("a preflight for the private network", 403, [() => ask(preflight, { origin: "http://evil.example", ...wants })]);
  });
});

describe("requests that a page may send without asking", () => {
  const simple = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;application/json",
    "",
  ];
  it("run nothing, even without an Origin", async () => {
    const requests = simple.flatMap((type) => calls.map((asked) => () => ask(asked, { "content-type": type })));
    await attack(`${simple.length} content types`, 415, requests);
  });

  it("run no call with GET", async () => {
    const requests = calls.flatMap((asked) =>
      ["GET", "HEAD"].map((method) => () => ask({ ...asked, method, body: "", fields: {} }, {})),
    );
    await attack("GET and HEAD", 405, requests);
  });
});

describe("a page that may call", () => {
  it.each([
    ["listed", listed, "localhost"],
    ["the gateway's own", "http://localhost", "localhost"],
    ["the gateway's own behind TLS", "https://gateway.internal:8080", "gateway.internal:8080"],
  ])("is answered everywhere, by its name and never by *: %s", async (_what, origin, host) => {
    for (const asked of everything) {
      const reply = await ask(asked, { origin, "x-request-id": "own" }, host);
      expect(reply.status, asked.name).toBe(200);
      expect(fieldOf(reply, "access-control-allow-origin")).toBe(origin);
      expect(fieldOf(reply, "vary")).toBe("origin");
      expect(fieldOf(reply, "access-control-allow-credentials")).toBeUndefined();
      const preflight = await ask({ ...asked, method: "OPTIONS", fields: {}, body: "" }, { origin }, host);
      expect([preflight.status, fieldOf(preflight, "access-control-allow-origin")]).toEqual([204, origin]);
    }
    expect(log.lines).toEqual([]); // a preflight runs nothing
  });

  it("can read why it is refused", async () => {
    const reply = await ask(models, { origin: listed, "x-request-timeout-ms": "soon" });
    expect([reply.status, fieldOf(reply, "access-control-allow-origin")]).toEqual([400, listed]);
  });
});
