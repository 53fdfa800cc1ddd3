import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeUpstream, type UpstreamRequest } from "../../support/fake-upstream.ts";
import { sse } from "../../support/recorded-replies.ts";
import { type RunningGateway, startGateway } from "../../support/running-gateway.ts";
import { openCall, questionOf, surfaces, timeLimit, understand } from "../../support/surfaces.ts";
import { within } from "../../support/within.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const offeredBytes = 32 * mebibyte;
const wordBytes = 16 * kibibyte;

/**
 * What a gateway may hold of one reply, in reads of 64 KiB. It stops reading once a whole one waits, which can be two of them then;
 * as much can be in the batch that its client does not take; and Node has filled the socket's own buffer by one and begun a next.
 */
const heldBytes = (2 + 2 + 2) * 64 * kibibyte;

let upstream: FakeUpstream;
let gateway: RunningGateway;
const table: string[] = [];

/** The gateway's own connections, by the side they are on. */
const connections = { upstream: new Set<Socket>(), client: new Set<Socket>() };
const watchUpstream = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  if (`http://127.0.0.1:${socket.remotePort}` === upstream.origin) connections.upstream.add(socket);
};
const watchClient = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  if (socket.localPort === gateway.port) connections.client.add(socket);
};

beforeAll(async () => {
  subscribe("undici:client:connected", watchUpstream);
  subscribe("net.server.socket", watchClient);
  upstream = await FakeUpstream.start();
  gateway = await startGateway({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } });
});
afterAll(async () => {
  unsubscribe("undici:client:connected", watchUpstream);
  unsubscribe("net.server.socket", watchClient);
  process.stdout.write(`a client that does not read, of ${offeredBytes / mebibyte} MiB offered:\n${table.join("")}`);
  await gateway.close();
  await upstream.close();
});

/** Bytes that the gateway has read from its upstream, and that the operating system has taken from it for its clients. */
function passed(): { read: number; written: number } {
  const sum = (sockets: Set<Socket>, bytes: (socket: Socket) => number) =>
    [...sockets].reduce((total, socket) => total + bytes(socket), 0);
  return {
    read: sum(connections.upstream, ({ bytesRead }) => bytesRead),
    written: sum(connections.client, ({ bytesWritten, writableLength }) => bytesWritten - writableLength),
  };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of memory in use: the gateway's, and those of its upstream and client, which share the process. */
async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await setImmediate(); // what was collected gives its buffers back
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Waits until no more is taken from the upstream, for twenty round trips through the gateway. */
async function untilStalled(request: UpstreamRequest): Promise<number> {
  let taken = -1;
  for (let still = 0; still < 20; ) {
    await (await fetch(`${gateway.url}/healthz`)).text();
    still = request.bytesTaken === taken ? still + 1 : 0;
    taken = request.bytesTaken;
  }
  return taken;
}

const event = (delta: object, finish_reason: string | null) => sse({ id: "x", choices: [{ index: 0, delta, finish_reason }] });
const words = Buffer.from(event({ content: "x".repeat(wordBytes) }, null).repeat(4));
const steps = [...Array<Buffer>(offeredBytes / wordBytes / 4).fill(words), event({}, "stop"), sse("[DONE]")];

describe.each(surfaces.filter(({ streamed }) => streamed))("$name", (surface) => {
  it("a client that does not read stops the upstream; when it reads again it gets everything", async () => {
    const usedBefore = await usedBytes();
    const before = passed();
    upstream.next({ steps });
    const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", "hi"));
    await within(20_000, "the head of the reply", call.head());
    const taken = await untilStalled(await upstream.request());
    const stalled = passed();
    const grown = (await usedBytes()) - usedBefore;

    const { text, finished } = understand(surface, await within(20_000, "the rest of the reply", call.read()));
    expect({ length: text.length, finished }).toEqual({ length: offeredBytes, finished: true });
    const after = passed();
    const ratio = (after.read - before.read) / (after.written - before.written); // both sides frame the same text differently
    const held = stalled.read - before.read - (stalled.written - before.written) * ratio;

    const row = [taken / mebibyte, held / kibibyte, grown / kibibyte].map((figure) => figure.toFixed(1).padStart(8));
    table.push(`  ${surface.name.padEnd(28)} taken ${row[0]} MiB, held ${row[1]} KiB, memory ${row[2]} KiB more\n`);
    expect(taken).toBeLessThan(offeredBytes / 2); // all but what the gateway holds is in the operating system's socket buffers
    expect(held).toBeLessThan(heldBytes);
    expect(grown).toBeLessThan(6 * mebibyte);
  });

  it("a client that does not read and leaves closes the upstream", async () => {
    upstream.next({ steps });
    const call = openCall(gateway.url, surface).end(questionOf(surface, "up/m", "hi"));
    await within(20_000, "the head of the reply", call.head());
    const request = await upstream.request();
    const taken = await untilStalled(request);
    call.leave();
    await within(20_000, "the upstream to be closed", request.closed);
    expect(request.bytesTaken).toBeLessThan(taken + mebibyte); // nothing more was asked for
  });

  it("a client that does not read has its time limit too, and is told when it reads again", async () => {
    upstream.next({ steps });
    const call = openCall(gateway.url, surface, timeLimit(surface, 2000)).end(questionOf(surface, "up/m", "hi"));
    await within(20_000, "the head of the reply", call.head());
    const request = await upstream.request();
    await within(20_000, "the upstream to be closed", request.closed);
    const { text, finished, error } = understand(surface, await within(20_000, "the rest of the reply", call.read()));
    expect({ code: error?.code, finished }).toEqual({ code: "deadline_exceeded", finished: false });
    expect(text).toBe("x".repeat(text.length));
    expect(text.length).toBeLessThan(offeredBytes / 2);
  });
});
