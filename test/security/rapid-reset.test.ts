import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { HandledStreams } from "../support/handled-streams.ts";
import { goawayCode, opening } from "../support/http2-frames.ts";
import { clientResets, floodOf, type ResetFlood, serverResets } from "../support/reset-flood.ts";
import { within } from "../support/within.ts";

const streams = 10_000;
/** What is allowed at once (1,000), and what is noticed too late: Node tells of resets after it has read all that was there. */
const mostHandled = 2500;
const boundMs = 60_000;
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

/** Sends a flood on one connection until that is closed; gives how many streams were handled. */
async function flood(name: string, kind: ResetFlood, perWrite: number): Promise<void> {
  await gateway.attack(`${name} ${kind.name}, ${streams} streams, ${perWrite} a write`, async () => {
    const connection = gateway.connect();
    await connection.sent(opening());
    const { localPort } = connection.socket;
    for (const bytes of floodOf(kind, streams, perWrite)) {
      if (!connection.socket.writable) break;
      await connection.sent(bytes);
      await setImmediate();
    }
    await within(boundMs, "the connection to be closed", connection.ended);
    const code = goawayCode(connection.received);
    if (code !== undefined || !connection.failed) expect(kind.goaway).toContain(code);
    const reached = handled.from(localPort);
    expect(reached).toBeLessThan(mostHandled);
    return `GOAWAY ${code} after ${reached} streams were handled`;
  });
}

it.each(clientResets)("CVE-2023-44487, rapid reset: $name", async (kind) => {
  await flood("rapid reset", kind, streams);
  await flood("rapid reset", kind, 10);
});

it.each(serverResets)("CVE-2025-8671, made-you-reset: $name", async (kind) => {
  await flood("made-you-reset", kind, 100);
});
