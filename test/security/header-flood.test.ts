import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { HandledStreams } from "../support/handled-streams.ts";
import { fieldBlock, flags, frame, framesOf, goawayCode, opening, requestFields, types } from "../support/http2-frames.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
const mebi = 1024 * 1024;
let gateway: AttackedGateway;
let handled: HandledStreams;

beforeAll(async () => {
  gateway = await AttackedGateway.start();
  handled = new HandledStreams();
});
afterAll(async () => {
  handled.close();
  await gateway.close();
});

const get = requestFields("/healthz");
const field = (bytes: number): [string, string] => ["x", "y".repeat(bytes)];
const unfinished = frame(types.headers, flags.endStream, 1, fieldBlock(get));
const more = (payload: Buffer, flag: number = flags.none) => frame(types.continuation, flag, 1, payload);

describe("HTTP/2", () => {
  it.each([
    ["CONTINUATION without end", more(fieldBlock(Array<[string, string]>(16).fill(field(1000))))],
    ["empty CONTINUATION without end", more(Buffer.alloc(0))],
    ["a field without end", more(Buffer.alloc(16_384, "y"))],
  ])("CVE-2024-27983, CONTINUATION flood: %s", async (what, again) => {
    await gateway.attack(
      what,
      async () => {
        const endless = Buffer.concat([
          fieldBlock(get),
          Buffer.from([0, 1]),
          Buffer.from("x"),
          Buffer.from([127, 255, 255, 255, 3]),
        ]);
        const first = what === "a field without end" ? frame(types.headers, flags.endStream, 1, endless) : unfinished;
        const connection = gateway.connect();
        await connection.sent(Buffer.concat([opening(), first]));
        let sent = 0;
        for (; sent < 10_000 && connection.socket.writable; sent++) {
          await connection.sent(again);
          if (sent % 10 === 0) await setImmediate();
        }
        await within(boundMs, "the end of the connection", connection.ended);
        const code = goawayCode(connection.received);
        if (code !== undefined || !connection.failed) expect([2, 9]).toContain(code);
        expect(handled.from(connection.socket.localPort)).toBe(0);
        return `GOAWAY ${code} after ${sent} frames, no request handled`;
      },
      { buffers: 2 * mebi },
    );
  });

  /** A field that goes into the connection's table and is then named by one byte each time (RFC 7541, section 6.1): 4,000 to 1. */
  const bomb = Buffer.concat([Buffer.from([0x40, 1]), Buffer.from("x"), Buffer.from([127, 161, 30]), Buffer.alloc(4000, "y")]);

  it.each<[string, Buffer]>([
    ["1,000 fields", fieldBlock(Array<[string, string]>(1000).fill(field(1)))],
    ["40 KiB in fields of 4 KiB", fieldBlock(Array<[string, string]>(10).fill(field(4096)))],
    ["one field of 40 KiB", fieldBlock([field(40 * 1024)])],
    ["40 MB in 14 KB, by a table of fields", Buffer.concat([bomb, Buffer.alloc(10_000, 0xbe)])],
  ])("a head of %s is refused, and the connection serves the next", async (what, block) => {
    const parts = Array.from({ length: Math.ceil(block.length / 16_384) }, (_, at) =>
      block.subarray(at * 16_384, (at + 1) * 16_384),
    );
    const rest = parts.map((part, at) => more(part, at === parts.length - 1 ? flags.endHeaders : flags.none));
    const next = frame(types.headers, flags.endHeaders | flags.endStream, 3, fieldBlock(get));
    // A client that has not acknowledged the settings is not held to them by nghttp2.
    for (const settings of [Buffer.alloc(0), frame(types.settings, flags.ack, 0)]) {
      await gateway.attack(
        `a head of ${what}, settings ${settings.length === 0 ? "not " : ""}acknowledged`,
        async () => {
          const connection = gateway.connect();
          await connection.sent(Buffer.concat([opening(), settings, unfinished, ...rest, next]));
          const of = (wanted: number, id: number) =>
            framesOf(connection.received).find(({ type, stream }) => type === wanted && stream === id);
          const isOver = () => of(types.data, 3) !== undefined && (of(types.resetStream, 1) ?? of(types.data, 1)) !== undefined;
          await within(boundMs, "both answers", connection.until(isOver));
          connection.leave();
          const reset = of(types.resetStream, 1)?.payload.readUInt32BE(0);
          const answer = of(types.data, 1)?.payload.toString();
          if (reset === undefined) expect(answer).toContain("the request's head is too large");
          else expect(reset).toBe(11);
          return reset === undefined ? "refused with 400" : `RST_STREAM ${reset}`;
        },
        { buffers: 2 * mebi },
      );
    }
  });
});

describe("HTTP/1.1", () => {
  it.each<[string, string]>([
    ["one field of 40 KiB", `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(40 * 1024)}\r\n\r\n`],
    ["a field's name of 40 KiB", `GET /healthz HTTP/1.1\r\nhost: localhost\r\n${"x".repeat(40 * 1024)}: y\r\n\r\n`],
    ["20,000 fields", `GET /healthz HTTP/1.1\r\nhost: localhost\r\n${"x: y\r\n".repeat(20_000)}\r\n`],
    ["a path of 40 KiB", `GET /${"x".repeat(40 * 1024)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
    [
      "trailer fields of 40 KiB",
      `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"x: y\r\n".repeat(20_000)}\r\n`,
    ],
  ])("a head of %s is refused", async (what, head) => {
    await gateway.attack(
      `a head of ${what}`,
      async () => {
        const connection = gateway.connect().write(head);
        await within(boundMs, "the end of the connection", connection.ended);
        connection.leave();
        expect(connection.text).toMatch(/^HTTP\/1\.1 431 /);
        return "refused with 431";
      },
      { buffers: 2 * mebi },
    );
  });

  it("a head that goes on for ever is cut off", async () => {
    await gateway.attack("a head without end", async () => {
      const connection = gateway.connect().write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n");
      const fields = Buffer.from("x: y\r\n".repeat(2000));
      let sent = 0;
      for (; connection.socket.writable; sent += fields.length) await connection.sent(fields);
      if (!connection.failed) expect(connection.text).toMatch(/^HTTP\/1\.1 431 /);
      return `cut off after ${(sent / mebi).toFixed(1)} MiB`;
    });
  });

  it("6,000 fields that are small enough together are all read", async () => {
    const connection = gateway.connect();
    connection.write(`GET /healthz HTTP/1.1\r\n${"x: \r\n".repeat(6000)}host: localhost\r\n\r\n`);
    await within(
      boundMs,
      "the answer",
      connection.until((received) => received.includes("ok\n")),
    );
    connection.leave();
    const twice = gateway.connect();
    twice.write(`GET /healthz HTTP/1.1\r\nhost: localhost\r\n${"x: \r\n".repeat(6000)}host: other\r\n\r\n`);
    await within(boundMs, "the end", twice.ended);
    expect(twice.text).toMatch(/^HTTP\/1\.1 400 .*more than one Host/s);
  });
});
