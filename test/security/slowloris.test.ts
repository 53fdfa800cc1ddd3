import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { createAuthority, type TestAuthority } from "../support/certificates.ts";
import { fieldBlock, flags, frame, opening, requestFields, requestHead, types } from "../support/http2-frames.ts";
import { within } from "../support/within.ts";

const clientsPerKind = 25;
const boundMs = 30_000;
let authority: TestAuthority;
let gateway: AttackedGateway;

beforeAll(async () => {
  authority = await createAuthority();
  const { cert, key } = (await authority.issue("gateway.example")).files;
  gateway = await AttackedGateway.start({
    server: {
      listen: ["127.0.0.1:0", { address: "127.0.0.1:0", tls: { cert, key } }],
      timeouts: { headers: "300ms", body: "300ms", idle: "1s", silent: "300ms" },
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await authority.remove();
});

const chat = "/v1/chat/completions";
const post = `POST ${chat} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
const openHead = requestHead(1, "/healthz");
const cutHead = frame(types.headers, flags.none, 1, fieldBlock(requestFields("/healthz").slice(0, 2)));
const openPost = requestHead(1, chat, [["content-type", "application/json"]]);
const tooSlow = /did not arrive within 0\.3 s/;

/** What clients do, each kind with what they are told in the end, if anything. */
const kinds: readonly [kind: string, first: string | Buffer, drop: string | Buffer, told: RegExp][] = [
  ["HTTP/1.1 first line", "GET /", "x", /^HTTP\/1\.1 408 /],
  ["HTTP/1.1 head, a byte at a time", "GET /healthz HTTP/1.1\r\nx: ", "x", /^HTTP\/1\.1 408 /],
  ["HTTP/1.1 head, a field at a time", "GET /healthz HTTP/1.1\r\n", "x: y\r\n", /^HTTP\/1\.1 408 /],
  ["HTTP/1.1 body with a length", `${post}content-length: 1000\r\n\r\n`, " ", tooSlow],
  ["HTTP/1.1 body in chunks", `${post}transfer-encoding: chunked\r\n\r\n`, "1\r\n \r\n", tooSlow],
  // Nobody sees a head of HTTP/2 before it is whole. It holds up its own connection only, which is idle until then.
  ["HTTP/2 head, a byte at a time", Buffer.concat([opening(), openHead.subarray(0, 20)]), "x", /^\0\0/],
  ["HTTP/2 head, a frame at a time", Buffer.concat([opening(), cutHead]), frame(types.continuation, flags.none, 1), /^\0\0/],
  ["HTTP/2 body", Buffer.concat([opening(), openPost]), frame(types.data, flags.none, 1, Buffer.from(" ")), tooSlow],
  ["HTTP/2, no request", opening(), "", /^\0\0/],
  ["HTTP/2 preface but its last byte", opening().subarray(0, 23), "", /^$/],
  ["nothing at all", "", "", /^$/],
];

it("slowloris over TCP is ended, whatever it does slowly", async () => {
  await gateway.attack("slowloris over TCP", async () => {
    const clients = kinds.flatMap(([kind, first, drop, told]) =>
      Array.from({ length: clientsPerKind }, () => ({ kind, drop, told, connection: gateway.connect().write(first) })),
    );
    const dropping = setInterval(() => {
      for (const { drop, connection } of clients) if (drop.length > 0 && connection.socket.writable) connection.write(drop);
    }, 50);
    try {
      for (const { kind, told, connection } of clients) {
        await within(boundMs, `the end of ${kind}`, connection.ended);
        expect(connection.text, kind).toMatch(told);
      }
    } finally {
      clearInterval(dropping);
    }
    return `${clientsPerKind} clients each of ${kinds.length} kinds ended`;
  });
});

it("slowloris over TLS is ended, before its handshake and after it", async () => {
  await gateway.attack("slowloris over TLS", async () => {
    const port = gateway.ports[1] ?? 0;
    const silent = Array.from({ length: clientsPerKind }, () => gateway.connect(1));
    const half = Array.from({ length: clientsPerKind }, () => gateway.connect(1).write("\x16\x03\x01\x02\x00\x01"));
    const dropping = setInterval(() => {
      for (const { socket } of half) if (socket.writable) socket.write("\0");
    }, 50);
    const done = ["h2", "http/1.1"].flatMap((protocol) =>
      Array.from({ length: clientsPerKind }, () =>
        connectTls({ port, host: "127.0.0.1", ALPNProtocols: [protocol], rejectUnauthorized: false }).resume(),
      ),
    );
    const closed = done.map((socket) => new Promise((resolve) => socket.on("error", resolve).once("close", resolve)));
    try {
      await within(
        boundMs,
        "the end",
        Promise.all([...silent.map(({ ended }) => ended), ...half.map(({ ended }) => ended), ...closed]),
      );
    } finally {
      clearInterval(dropping);
    }
    return `${clientsPerKind} clients each without a handshake, with half a one, and silent after it ended`;
  });
});
