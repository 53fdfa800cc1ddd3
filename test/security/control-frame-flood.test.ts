import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { FakeUpstream, turn } from "../support/fake-upstream.ts";
import { flags, frame, goawayCode, opening, request, requestHead, types, windowUpdate } from "../support/http2-frames.ts";
import { sse } from "../support/recorded-replies.ts";
import { within } from "../support/within.ts";

const frames = 100_000;
const boundMs = 30_000;
const mebi = 1024 * 1024;
let upstream: FakeUpstream;
let gateway: AttackedGateway;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
  gateway = await AttackedGateway.start({
    server: { timeouts: { body: "2s" } },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const ping = frame(types.ping, flags.none, 0, Buffer.alloc(8));
const setting = frame(types.settings, flags.none, 0, Buffer.from([0, 3, 0, 0, 0, 100]));
const settings = frame(types.settings, flags.none, 0, Buffer.concat(Array(2000).fill(Buffer.from([0, 3, 0, 0, 0, 100]))));
const nothing = frame(types.data, flags.none, 1);
const unknown = frame(0xb, flags.none, 0, Buffer.alloc(8));
const chat = "/v1/chat/completions";
const openPost = requestHead(1, chat, [["content-type", "application/json"]]);

/** What is sent again and again, after what; and the codes with which the connection may be ended. */
const floods: readonly [what: string, first: Buffer, frame: Buffer, goaway: readonly number[]][] = [
  ["PING (CVE-2019-9512)", Buffer.alloc(0), ping, [11]],
  ["SETTINGS (CVE-2019-9515)", Buffer.alloc(0), setting, [11]],
  ["SETTINGS of 2,000 settings", Buffer.alloc(0), settings, [11]],
  ["empty DATA (CVE-2019-9518)", openPost, nothing, [2]],
  ["PRIORITY (CVE-2019-9513)", Buffer.alloc(0), frame(2, flags.none, 1, Buffer.alloc(5, 1)), [11]],
  ["frames of a type that there is not", Buffer.alloc(0), unknown, [11]],
  ["answers to no PING", Buffer.alloc(0), frame(types.ping, flags.ack, 0, Buffer.alloc(8)), [2]],
  ["answers to no SETTINGS", Buffer.alloc(0), frame(types.settings, flags.ack, 0), [1]],
];

describe.each(floods)("a flood of %s", (what, first, one, goaway) => {
  it.each([true, false])("ends its connection, whether its client reads or not (%s)", async (reads) => {
    const name = `flood of ${what}, by a client that ${reads ? "reads" : "does not read"}`;
    const batch = Buffer.concat(Array(Math.ceil(16_384 / one.length)).fill(one));
    const perBatch = batch.length / one.length;
    await gateway.attack(
      name,
      async () => {
        const connection = gateway.connect();
        if (!reads) connection.socket.pause();
        await connection.sent(Buffer.concat([opening(), first]));
        let sent = 0;
        for (; sent < frames && connection.socket.writable; sent += perBatch) {
          await connection.sent(batch);
          await setImmediate();
        }
        connection.socket.resume();
        await within(boundMs, "the connection to be closed", connection.ended);
        const code = goawayCode(connection.received);
        if (code !== undefined || !connection.failed) expect(goaway).toContain(code);
        return `GOAWAY ${code} after ${sent} frames`;
      },
      { buffers: 4 * mebi },
    );
  });
});

it("a flood of WINDOW_UPDATE, which is no more than more credit, hurts nobody", async () => {
  await gateway.attack(`${frames} WINDOW_UPDATE frames`, async () => {
    const connection = gateway.connect();
    const credit = [opening(), ...Array<Buffer>(frames).fill(windowUpdate(0, 1)), request(1, "/healthz")];
    await connection.sent(Buffer.concat(credit));
    await within(
      boundMs,
      "an answer",
      connection.until((received) => received.includes("ok\n")),
    );
    connection.leave();
    return "taken";
  });
});

it("a client that measures its bandwidth with a PING for each read, as gRPC's do, is no flood", async () => {
  const words = 800;
  const chunk = (content: string, finish_reason: string | null = null) =>
    sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });
  const steps = Array.from({ length: words }, () => [chunk("word"), turn] as const).flat();
  upstream.next({ steps: [...steps, chunk("", "stop"), sse("[DONE]")] });
  await gateway.attack("PING for each read of a reply", async () => {
    const session = connect(gateway.url);
    let [pings, out] = [0, false];
    const stream = session.request({ ":method": "POST", ":path": chat, "content-type": "application/json" });
    stream.end('{"model":"up/m","stream":true,"messages":[{"role":"user","content":"hi"}]}');
    stream.on("data", () => {
      if (out) return;
      out = true;
      session.ping(() => {
        pings += 1;
        out = false;
      });
    });
    const reply = await within(boundMs, "the reply", text(stream));
    session.close();
    expect(reply.match(/"word"/g)).toHaveLength(words);
    expect(reply).toContain("[DONE]");
    expect(pings).toBeGreaterThan(250); // more than are allowed at once, in far less time than those after them need
    return `${pings} PINGs answered`;
  });
});
