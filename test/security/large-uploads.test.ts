import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { IsolatedGateway } from "../support/isolated-gateway.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import type { WireCall } from "../support/wire-call.ts";
import { within } from "../support/within.ts";

const mebi = 1024 * 1024;
const uploadBytes = 1024 * mebi;
const capBytes = 8 * mebi;
/** What is read and thrown away after a refusal, so that clients get to read it. */
const drainedBytes = 64 * mebi;
/** What sockets and windows may hold beside it. */
const socketBytes = 32 * mebi;
const boundMs = 30_000;
const part = Buffer.alloc(mebi, " ");
let gateway: IsolatedGateway;

beforeAll(async () => {
  gateway = await IsolatedGateway.start({ server: { maxRequestBytes: "8MiB", maxInFlightBytes: "32MiB" } });
});
afterAll(() => gateway.close());

/** Sends an upload for as long as anything is taken; gives how much that was. */
async function upload(call: WireCall): Promise<number> {
  let gone = false;
  void call.closed.then(() => {
    gone = true;
  });
  let sent = 0;
  for (; sent < uploadBytes && !gone; sent += part.length) {
    await call.sent(part);
    await setImmediate(); // or nothing that comes is looked at
  }
  return sent;
}

/** The beginning of a body whose one message is as long as the upload. */
function beginning({ protocol, streamed }: Surface): Buffer {
  const enveloped = protocol.startsWith("grpc") || (protocol === "connect" && streamed);
  if (!enveloped) return Buffer.alloc(0);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(uploadBytes, 1);
  return prefix;
}

const oneOfEach = surfaces.filter(({ protocol, streamed }) => streamed === (protocol !== "rest" && protocol !== "connect"));
const cases = oneOfEach.flatMap((surface) =>
  (["with its length", "without a length"] as const).map((form) => ({ name: `${surface.name}, ${form}`, surface, form })),
);

it.each(cases)("an upload of 1 GiB is refused and cut: $name", async ({ name, surface, form }) => {
  const declared = form === "with its length";
  await gateway.attack(
    `an upload of 1 GiB, ${name}`,
    async () => {
      const first = beginning(surface);
      const call = openCall(gateway.url, surface, declared ? { "content-length": String(first.length + uploadBytes) } : {});
      call.write(first);
      const both = Promise.all([upload(call), call.read()]);
      const [sent, reply] = await within(boundMs, "the end of the upload and its reply", both);
      const { error } = understand(surface, reply);
      expect(error?.code).toBe("request_too_large");
      expect(sent).toBeLessThan(drainedBytes + (declared ? 0 : capBytes) + socketBytes);
      return `refused, cut after ${sent / mebi} MiB were sent`;
    },
    { resident: 128 * mebi },
  );
});

it.each(["rest 2 unary JSON", "grpc 2 stream binary"])("its HTTP/2 connection goes on: %s", async (name) => {
  const [surface] = surfaces.filter((each) => each.name === name);
  if (surface === undefined) throw new Error(`there is no surface ${name}`);
  await gateway.attack(`neighbours on the connection of an upload of 1 GiB, ${name}`, async () => {
    const session = connect(gateway.url, { maxSessionMemory: 64 });
    const ask = async () => {
      const stream = session.request({ ":path": "/healthz" });
      expect(await within(boundMs, "a neighbour's reply", text(stream))).toBe("ok\n");
    };
    const path =
      surface.protocol === "rest" ? "/v1/chat/completions" : "/sluice.chat.v1.ChatCompletionService/StreamChatCompletion";
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": surface.contentType });
    let gone = false;
    const closed = new Promise<void>((resolve) => {
      stream.once("close", () => {
        gone = true;
        resolve();
      });
    });
    stream.on("error", () => undefined).resume();
    stream.write(beginning(surface));
    let neighbours = 0;
    for (let sent = 0; sent < uploadBytes && !gone; sent += part.length) {
      await Promise.race([closed, new Promise<void>((resolve) => stream.write(part, () => resolve()))]);
      await ask(); // lets what comes be looked at, too
      neighbours += 1;
    }
    expect(stream.rstCode).toBe(0);
    await ask();
    session.close();
    return `${neighbours} neighbours answered while it went on, and one after it`;
  });
});

const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

it.each([
  ["with its length", `${head}content-length: ${uploadBytes}\r\n\r\n`, drainedBytes],
  ["in one chunk", `${head}transfer-encoding: chunked\r\n\r\n${uploadBytes.toString(16)}\r\n`, capBytes + drainedBytes],
])("a client of HTTP/1.1 that goes on after the refusal of its upload is cut: %s", async (form, first, mostBytes) => {
  await gateway.attack(
    `an upload of 1 GiB by a client that does not mind its refusal, ${form}`,
    async () => {
      const connection = new RawConnection(gateway.port).write(first);
      let sent = 0;
      for (; sent < uploadBytes && connection.socket.writable; sent += part.length) {
        await connection.sent(part);
        await setImmediate();
      }
      await within(boundMs, "the end of the connection", connection.ended);
      expect(connection.text).toMatch(/^HTTP\/1\.1 413 .*request_too_large/s);
      expect(sent).toBeLessThan(mostBytes + socketBytes);
      return `cut after ${sent / mebi} MiB were sent`;
    },
    { resident: 128 * mebi },
  );
});

it("a client of HTTP/1.1 that has sent all of a refused upload is answered the next request on its connection", async () => {
  await gateway.attack("a request after a refused upload of 16 MiB", async () => {
    const connection = new RawConnection(gateway.port);
    connection.write(`${head}content-length: ${16 * mebi}\r\n\r\n`);
    for (let sent = 0; sent < 16; sent++) await connection.sent(part);
    connection.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await within(
      boundMs,
      "both answers",
      connection.until((received) => received.includes("ok\n")),
    );
    connection.leave();
    expect(connection.text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
    return "answered";
  });
});

it("clients that stop after the refusal of their upload are let go of", async () => {
  await gateway.attack("uploads of 1 GiB that stop after 1 MiB", async () => {
    const calls = surfaces.map((surface) => {
      const call = openCall(gateway.url, surface, { "content-length": String(uploadBytes) }).write(part);
      return { surface, call, reply: call.read() };
    });
    for (const { surface, call, reply } of calls) {
      const { error } = understand(surface, await within(boundMs, "the reply", reply));
      expect(error?.code).toBe("request_too_large");
      await within(boundMs, "the end of the request", call.closed);
    }
    return `${calls.length} refused and let go of`;
  });
});

it("large uploads that are never finished shut nobody out who sends little", async () => {
  const [uploads, smallOnes] = [40, 20];
  const [surface] = surfaces;
  if (surface === undefined) throw new Error("there is a surface");
  await gateway.attack(
    `${uploads} uploads that stop after 1 MiB`,
    async () => {
      let refused = 0;
      const full = Promise.withResolvers<void>();
      const calls = Array.from({ length: uploads }, () => openCall(gateway.url, surface).write(part));
      const replies = calls.map(async (call) => {
        const { error } = understand(surface, await call.read());
        expect(error?.code).toBe("overloaded");
        refused += 1;
        if (refused === uploads - 28) full.resolve(); // of 32 MiB, 28 are for large ones
      });
      await within(
        boundMs,
        "the refusal of those for which there is no room",
        Promise.race([full.promise, Promise.all(replies)]),
      );
      const question = questionOf(surface, "demo/echo", "x".repeat(60_000));
      const small = Array.from({ length: smallOnes }, () => openCall(gateway.url, surface).end(question).read());
      for (const reply of await within(boundMs, "replies to small ones", Promise.all(small))) {
        expect(understand(surface, reply)).toMatchObject({ finished: true, error: undefined });
      }
      for (const call of calls) call.leave();
      await Promise.allSettled(replies);
      return `${uploads - refused} held, ${refused} refused as overloaded; ${smallOnes} requests of 60 KB answered`;
    },
    { resident: 128 * mebi },
  );
});
