import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usedMemory } from "../../test/support/used-memory.ts";
import type { HttpIncoming } from "./exchange.ts";
import { type Listener, listen } from "./listener/listener.ts";
import { readBody } from "./read-body.ts";

let listener: Listener;
let arrived: (request: HttpIncoming) => void;
beforeAll(async () => {
  listener = await listen({ at: { host: "127.0.0.1", port: 0 } }, (incoming) => arrived(incoming));
});
afterAll(() => listener.close(0));

/** Begins an upload; gives the request as the server has it, and what the client can do. */
async function upload(version: string, headers: Record<string, string>) {
  const incoming = new Promise<HttpIncoming>((resolve) => {
    arrived = resolve;
  });
  const url = `http://${listener.address}`;
  const stream =
    version === "2" ? connect(url).request({ ":method": "POST", ...headers }) : request(url, { method: "POST", headers });
  stream.on("error", () => undefined);
  stream.write("");
  if ("flushHeaders" in stream) stream.flushHeaders();
  return { incoming: await incoming, stream };
}

describe.each(["1.1", "2"])("readBody over HTTP/%s", (version) => {
  const text = "Grüße".repeat(1000);
  const size = Buffer.byteLength(text);

  it.each([
    ["plain", {}, Buffer.from(text)],
    ["identity", { "content-encoding": "identity" }, Buffer.from(text)],
    ["gzip", { "content-encoding": "gzip" }, gzipSync(text)],
    ["empty", {}, Buffer.alloc(0)],
  ])("reads a body that comes in pieces (%s)", async (_what, headers, sent) => {
    const { incoming, stream } = await upload(version, headers);
    const body = readBody(incoming, { maxBytes: size });
    const half = sent.length >> 1;
    stream.write(sent.subarray(0, half));
    if (half > 0) await once(incoming, "data");
    stream.end(sent.subarray(half));
    expect((await body).toString()).toBe(sent.length === 0 ? "" : text);
  });

  it.each([
    ["plain", {}],
    ["gzip", { "content-encoding": "gzip" }],
  ])("fails when the client goes before the end (%s)", async (_what, headers) => {
    const { incoming, stream } = await upload(version, headers);
    const body = readBody(incoming, { maxBytes: size }).catch((error: unknown) => error);
    const data = once(incoming, "data");
    stream.write(gzipSync(text).subarray(0, 20));
    await data;
    stream.destroy(new Error("gone"));
    expect(await body).toMatchObject({ code: "cancelled" });
  });

  it("does not hold on to a body that it has refused, however long that is still being sent", async () => {
    const { incoming, stream } = await upload(version, {});
    const part = Buffer.alloc(1024 * 1024, "x");
    const before = await usedMemory();
    const body = readBody(incoming, { maxBytes: 16 * part.length }).catch((error: unknown) => error);
    for (let sent = 0; sent < 17; sent++) await new Promise((resolve) => stream.write(part, resolve));
    expect(await body).toMatchObject({ code: "request_too_large" });
    expect((await usedMemory()) - before).toBeLessThan(4 * part.length);
    stream.destroy();
  });

  it("does not read gzip for ever that inflates to nothing", async () => {
    const { incoming, stream } = await upload(version, { "content-encoding": "gzip" });
    const body = readBody(incoming, { maxBytes: 1000 }).catch((error: unknown) => error);
    const nothing = gzipSync("");
    for (let sent = 0; sent <= 1000; sent += nothing.length) stream.write(nothing);
    expect(await body).toMatchObject({ code: "request_too_large" });
    stream.destroy();
  });
});
