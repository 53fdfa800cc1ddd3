import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sniff } from "./sniff.ts";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
let server: Server;
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

/** Both ends of a new connection. */
async function connection(): Promise<{ client: Socket; accepted: Socket }> {
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.setNoDelay(true).on("error", () => undefined);
  const [accepted]: Socket[] = await once(server, "connection");
  if (accepted === undefined) throw new Error("no connection");
  return { client, accepted };
}

/** Sniffs a connection on which `first` arrives before `rest`; gives the version and everything that can be read afterwards. */
async function sniffed(first: string, rest: string): Promise<{ version: string; read: string }> {
  const { client, accepted } = await connection();
  const found = new Promise<string>((resolve) => sniff(accepted, 60_000, resolve));
  const arrived = once(accepted, "data");
  client.write(first);
  await arrived;
  client.end(rest);
  const version = await found;
  let read = "";
  for await (const part of accepted) read += part;
  accepted.destroy();
  return { version, read };
}

describe("sniff", () => {
  it("knows HTTP/2 by its preface, wherever that is split", async () => {
    for (let at = 1; at < preface.length; at++) {
      const sent = `${preface}frames`;
      expect(await sniffed(sent.slice(0, at), sent.slice(at))).toEqual({ version: "2", read: sent });
    }
  });

  it("takes whatever leaves the preface for HTTP/1.1, wherever it does", async () => {
    for (let at = 0; at < preface.length; at++) {
      const sent = `${preface.slice(0, at)}#rest`;
      const first = sent.slice(0, Math.max(1, at));
      expect(await sniffed(first, sent.slice(first.length))).toEqual({ version: "1", read: sent });
    }
  });

  it("decides with the first bytes of a request", async () => {
    expect(await sniffed("G", "ET / HTTP/1.1\r\n\r\n")).toEqual({ version: "1", read: "GET / HTTP/1.1\r\n\r\n" });
  });

  it.each([
    ["says nothing", "", false],
    ["stops in the preface", "PRI * HT", false],
    ["ends in the preface", "PRI * HT", true],
  ])("closes a connection that %s", async (_what, sent, ends) => {
    const { client, accepted } = await connection();
    const closed = once(client, "close");
    sniff(accepted, ends ? 60_000 : 20, () => expect.unreachable());
    client.write(sent);
    if (ends) client.end();
    client.resume();
    await closed;
    expect(accepted.destroyed).toBe(true);
  });

  it("does not take single bytes of a preface for signs of life", async () => {
    const { client, accepted } = await connection();
    const closed = new Promise((resolve) => client.once("close", resolve)); // by a reset, when a byte had just arrived
    sniff(accepted, 60, () => expect.unreachable());
    let at = 0;
    const trickle = setInterval(() => client.write(preface.charAt(at++)), 10);
    client.resume();
    await closed;
    clearInterval(trickle);
    expect(at).toBeLessThan(preface.length);
  });

  it("survives a reset", async () => {
    const { client, accepted } = await connection();
    const closed = new Promise((resolve) => accepted.once("close", resolve));
    sniff(accepted, 60_000, () => expect.unreachable());
    const arrived = once(accepted, "data");
    client.write("PRI");
    await arrived;
    client.resetAndDestroy();
    await closed;
  });
});
