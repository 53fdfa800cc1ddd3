import { setImmediate } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededPicks } from "../../src/providers/demo/seeded.ts";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { createAuthority, type TestAuthority } from "../support/certificates.ts";
import {
  fieldBlock,
  flags,
  frame,
  framesOf,
  goawayCode,
  opening,
  request,
  requestFields,
  requestHead,
  types,
} from "../support/http2-frames.ts";
import { inParallel } from "../support/in-parallel.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
const [plain, secure, admin] = [0, 1, 2];
let authority: TestAuthority;
let gateway: AttackedGateway;
beforeAll(async () => {
  authority = await createAuthority();
  const { cert, key } = (await authority.issue("gateway.example")).files;
  gateway = await AttackedGateway.start({
    server: {
      listen: ["127.0.0.1:0", { address: "127.0.0.1:0", tls: { cert, key } }],
      admin: "127.0.0.1:0",
      timeouts: { headers: "300ms", body: "300ms", idle: "1s", silent: "300ms" },
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await authority.remove();
});

/** Sends parts in writes of their own on a new connection; gives what came until the gateway ended it, or until that fits. */
async function sent(
  parts: readonly (Uint8Array | string)[],
  listener = plain,
  fits?: (received: Buffer) => boolean,
  to = gateway,
) {
  const connection = to.connect(listener);
  for (const part of parts) {
    connection.write(part);
    await setImmediate();
  }
  await within(boundMs, `the end of ${parts}`, fits === undefined ? connection.ended : connection.until(fits));
  connection.leave();
  return connection;
}

describe("the preface of HTTP/2", () => {
  /** Its clients may be slow: what is asked here is only whether they are understood. */
  let patient: AttackedGateway;
  beforeAll(async () => {
    patient = await AttackedGateway.start({ server: { admin: "127.0.0.1:0" } });
  });
  afterAll(() => patient.close());
  const ok = (received: Buffer) => framesOf(received).some(({ type, payload }) => type === types.data && payload.includes("ok"));
  const whole = Buffer.concat([opening(), request(1, "/healthz")]);
  const cuts = whole.length - 1;

  it("works wherever it is split", async () => {
    await patient.attack(`a preface and a request split at ${cuts} places`, async () => {
      for (const listener of [0, 1]) {
        await inParallel(cuts, async (at) => {
          await sent([whole.subarray(0, at + 1), whole.subarray(at + 1)], listener, ok, patient);
        });
      }
      return `${2 * cuts} requests answered`;
    });
  });

  it("works a byte at a time", async () => {
    await patient.attack("a preface and a request, a byte at a time", async () => {
      await sent(
        [...whole].map((byte) => Buffer.from([byte])),
        plain,
        ok,
        patient,
      );
      return "answered";
    });
  });

  it("ends cleanly wherever it stops", async () => {
    await gateway.attack(`a preface and a request cut at ${cuts} places`, async () => {
      let gone = 0;
      await inParallel(cuts, async (at) => {
        const connection = gateway.connect();
        connection.socket.end(whole.subarray(0, at + 1));
        await within(boundMs, `the end of the first ${at + 1} bytes`, connection.ended);
        if (connection.received.length > 0) expect(framesOf(connection.received)[0]?.type).toBe(types.settings);
        gone += 1;
      });
      return `${gone} connections closed`;
    });
  });

  it("is none with a byte wrong, whichever it is", async () => {
    await gateway.attack("a preface with a byte wrong", async () => {
      await inParallel(24, async (at) => {
        const broken = Buffer.from(whole);
        broken.writeUInt8(broken.readUInt8(at) ^ 0x20, at);
        const { text } = await sent([broken]);
        expect(text, `byte ${at}`).toMatch(/^(?:HTTP\/1\.1 (?:400|408) .*)?$/s);
      });
      return "24 refused";
    });
  });

  it.each<[string, Buffer, number]>([
    ["without SETTINGS after it", Buffer.concat([opening().subarray(0, 24), request(1, "/healthz")]), 1],
    ["twice", Buffer.concat([opening(), opening()]), 6],
    [
      "with a request of HTTP/1.1 after it",
      Buffer.from(`${opening().subarray(0, 24)}GET / HTTP/1.1\r\nhost: localhost\r\n\r\n`),
      6,
    ],
  ])("%s ends with a GOAWAY", async (what, bytes, code) => {
    await gateway.attack(`a preface ${what}`, async () => {
      const { received } = await sent([bytes]);
      expect([1, code]).toContain(goawayCode(received));
      return `GOAWAY ${goawayCode(received)}`;
    });
  });
});

describe("requests of other times", () => {
  const host = "host: localhost\r\n";
  const rows: readonly (readonly [what: string, bytes: string, told: RegExp])[] = [
    ["TRACE", `TRACE /healthz HTTP/1.1\r\n${host}x-secret: y\r\n\r\n`, /^HTTP\/1\.1 405 /],
    ["TRACE with Max-Forwards", `TRACE / HTTP/1.1\r\n${host}max-forwards: 0\r\n\r\n`, /^HTTP\/1\.1 405 /],
    ["CONNECT", `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, /^$/],
    ["CONNECT to the gateway itself", `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\nGET /healthz HTTP/1.1\r\n${host}\r\n`, /^$/],
    ["HTTP/0.9", "GET /healthz\r\n", /^HTTP\/1\.1 4\d\d /],
    ["HTTP/0.9 with a version", `GET /healthz HTTP/0.9\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
    ["HTTP/2.0 in a request line", `GET /healthz HTTP/2.0\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
    ["HTTP/3.0 in a request line", `GET /healthz HTTP/3.0\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
    ["HTTP/1.1 in small letters", `GET /healthz http/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
    ["RTSP, which Node takes for HTTP/1.0", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", /^HTTP\/1\.1 404 /],
    ["two Host fields", `GET /healthz HTTP/1.1\r\n${host}host: evil.example\r\n\r\n`, /^HTTP\/1\.1 400 .*more than one Host/s],
    ["the same Host twice", `GET /healthz HTTP/1.1\r\n${host}${host}\r\n`, /^HTTP\/1\.1 400 .*more than one Host/s],
    ["no Host", "GET /healthz HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 .*no Host/s],
    [
      "an upgrade to HTTP/2",
      `GET /v1/models HTTP/1.1\r\n${host}connection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n`,
      /^HTTP\/1\.1 (?:200|400) /,
    ],
    [
      "an upgrade to WebSocket",
      `GET /v1/models HTTP/1.1\r\n${host}connection: upgrade, close\r\nupgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n`,
      /^HTTP\/1\.1 (?:200|400) /,
    ],
    [
      "an expectation that there is not",
      `GET /v1/models HTTP/1.1\r\n${host}expect: a-miracle\r\nconnection: close\r\n\r\n`,
      /^HTTP\/1\.1 (?:200|417) /,
    ],
    ["SMTP", "EHLO evil.example\r\nMAIL FROM:<a@evil.example>\r\n", /^$/],
    ["Redis", "*1\r\n$4\r\nPING\r\n", /^$/],
    ["SSH", "SSH-2.0-OpenSSH_9.9\r\n", /^$/],
    ["PROXY protocol", `PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET /healthz HTTP/1.1\r\n${host}\r\n`, /^(?:HTTP\/1\.1 400 .*)?$/s],
    ["empty lines", "\r\n".repeat(1000), /^(?:HTTP\/1\.1 40[08] .*)?$/s],
  ];

  it("are refused on every listener, and their connections closed", async () => {
    await gateway.attack(`${rows.length} requests of other times`, async () => {
      for (const listener of [plain, admin]) {
        await inParallel(rows.length, async (at) => {
          const [what = "", bytes = "", told = /^$/] = rows[at] ?? [];
          const { text } = await sent([bytes], listener);
          if (listener === plain || !/\/v1\/models/.test(bytes)) expect(text, what).toMatch(told);
          expect(text.match(/HTTP\/1\.1 \d\d\d/g)?.length ?? 0, what).toBeLessThan(2);
          expect(text, what).not.toContain("HTTP/1.1 101");
        });
      }
      return "all refused or closed";
    });
  });

  const trace = requestFields("/healthz", "TRACE");
  const tunnel = [
    [":method", "CONNECT"],
    [":authority", "localhost:80"],
  ] as const;
  it.each<[string, Buffer, string]>([
    ["TRACE", frame(types.headers, flags.endHeaders | flags.endStream, 1, fieldBlock(trace)), "this path takes GET only"],
    ["CONNECT", frame(types.headers, flags.endHeaders, 1, fieldBlock(tunnel)), ""],
    ["an upload without an end", requestHead(1, "/healthz"), "this path takes GET only"],
  ])("over HTTP/2: %s is refused, and the connection serves the next", async (what, bytes, told) => {
    await gateway.attack(`${what} over HTTP/2`, async () => {
      const saidOn = (received: Buffer, id: number) =>
        framesOf(received)
          .filter(({ stream, type }) => stream === id && type === types.data)
          .map(({ payload }) => payload.toString())
          .join("");
      const next = (received: Buffer) => saidOn(received, 3) === "ok\n";
      const { received } = await sent([Buffer.concat([opening(), bytes, request(3, "/healthz")])], plain, next);
      const said = saidOn(received, 1);
      expect(said).toContain(told);
      expect(said).not.toContain("ok\n");
      return said === "" ? "refused without a body" : said;
    });
  });
});

describe("TLS and clear text at the wrong port", () => {
  it("a TLS client at a port in clear text is cut", async () => {
    await gateway.attack("TLS at a port in clear text", async () => {
      for (const ALPNProtocols of [["h2"], ["http/1.1"], []]) {
        const socket = connectTls({ port: gateway.port, host: "127.0.0.1", ALPNProtocols, rejectUnauthorized: false });
        const closed = new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));
        await within(boundMs, "the end", closed);
        expect(socket.authorized).toBe(false);
      }
      return "3 cut";
    });
  });

  it.each<[string, Buffer]>([
    ["HTTP/1.1", Buffer.from("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")],
    ["HTTP/2", Buffer.concat([opening(), request(1, "/healthz")])],
    ["a hello of SSL 2", Buffer.from("802e0100020015000000100100800200800300800400800500800600400700c0", "hex")],
  ])("%s in clear text at a TLS port is cut", async (what, bytes) => {
    await gateway.attack(`${what} in clear text at a TLS port`, async () => {
      const { text, received } = await sent([bytes], secure);
      expect(text).not.toContain("HTTP/");
      if (received.length > 0) expect(received.readUInt8(0)).toBe(0x15); // an alert (RFC 8446, section 6)
      return received.length > 0 ? "told by an alert" : "cut";
    });
  });
});

/** Whole numbers from 0 up to a bound. */
type Pick = ReturnType<typeof seededPicks>;

describe("random bytes", () => {
  const seed = 20_261_127;
  const count = 200;
  const post = Buffer.from(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 65\r\n\r\n{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}',
  );
  const http2 = Buffer.concat([opening(), request(1, "/healthz"), request(3, "/v1/models")]);

  it.each<[string, number, (pick: Pick) => Buffer]>([
    ["bytes", plain, (pick) => someBytes(pick, 4096)],
    ["bytes to a TLS port", secure, (pick) => someBytes(pick, 4096)],
    ["bytes in a TLS record", secure, (pick) => Buffer.concat([Buffer.from("160301", "hex"), someBytes(pick, 500)])],
    ["bytes after a preface", plain, (pick) => Buffer.concat([opening(), someBytes(pick, 4096)])],
    ["frames", plain, (pick) => Buffer.concat([opening(), ...Array.from({ length: 20 }, () => someFrame(pick))])],
    ["requests of HTTP/1.1 with bytes changed", plain, (pick) => changed(post, pick)],
    ["requests of HTTP/2 with bytes changed", plain, (pick) => changed(http2, pick)],
  ])("%s do no harm", async (what, listener, make) => {
    await gateway.attack(`${count} connections of random ${what}, seed ${seed}`, async () => {
      const pick = seededPicks(seed);
      let told = 0;
      const end = async (bytes: Buffer) => {
        const { received, text } = await sent([bytes], listener);
        if (received.length === 0) return;
        told += 1;
        const words = text.startsWith("HTTP/1.1 ") || framesOf(received)[0]?.type === types.settings || received[0] === 0x15;
        expect(words, `${bytes.toString("base64")}: ${JSON.stringify(text)}`).toBe(true);
      };
      await Promise.all(Array.from({ length: count }, () => end(make(pick))));
      return `all ended, ${told} with an answer`;
    });
  });
});

function someBytes(pick: Pick, most: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + pick(most) }, () => pick(256)));
}

function someFrame(pick: Pick): Buffer {
  return frame(pick(12), pick(256), pick(8), someBytes(pick, 64));
}

function changed(bytes: Buffer, pick: Pick): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = 1 + pick(3); left > 0; left--) copy[pick(copy.length)] = pick(256);
  return copy;
}
