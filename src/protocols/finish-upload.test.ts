import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { finishUpload } from "./finish-upload.ts";
import { type Listener, listen } from "./listener/listener.ts";
import { readBody } from "./read-body.ts";

let listener: Listener;
let port: number;
beforeAll(async () => {
  listener = await listen({ at: { host: "127.0.0.1", port: 0 } }, async (request, response) => {
    if (request.url === "/read") await readBody(request, { maxBytes: 1000 }).catch(() => undefined);
    else request.pause();
    response.end("answer");
    finishUpload(request, response, request.url === "/short" ? 20 : 60_000);
  });
  port = Number(listener.address.split(":")[1]);
});
afterAll(() => listener.close(0));

const part = Buffer.alloc(24 * 1024 * 1024, "x");

/** Sends `sent`, which is the `whole` body or all that ever comes of it; gives what comes back after that. */
async function exchange(version: string, path: string, sent: Buffer, whole: boolean, encoding = "identity"): Promise<string> {
  if (version === "1.1") {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: false }).on("error", () => undefined);
    const length = whole ? sent.length : sent.length + 1;
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${length}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.write(sent, resolve)); // before anything is read
    if (!whole) return text(socket);
    const [answer]: Buffer[] = await once(socket, "data");
    socket.destroy();
    return String(answer);
  }
  const session = connectHttp2(`http://127.0.0.1:${port}`, { maxSessionMemory: 64 });
  const stream = session.request({ ":method": "POST", ":path": path, "content-encoding": encoding });
  const written = new Promise((resolve) => stream.write(sent, resolve));
  await written;
  if (whole) stream.end();
  const closed = new Promise((resolve) => stream.once("close", resolve));
  const body = await text(stream);
  await closed;
  expect(stream.rstCode).toBe(0);
  session.close();
  return body;
}

describe.each(["1.1", "2"])("finishUpload over HTTP/%s", (version) => {
  it("lets a client that sends everything before it reads do so", async () => {
    expect(await exchange(version, "/", part, true)).toMatch(/answer$/);
  });

  it("does so after a body that was inflated until it was too large", async () => {
    expect(await exchange(version, "/read", gzipSync(part, { level: 0 }), true, "gzip")).toMatch(/answer$/);
  });

  it("ends what does not end by itself", async () => {
    expect(await exchange(version, "/short", Buffer.from("x"), false)).toMatch(/answer$/);
  });
});

it("does so on a connection of HTTP/1.1 that is closed after the answer", async () => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${part.length}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(part, () => resolve()); // before anything is read
  });
  expect(await text(socket)).toMatch(/answer$/);
});
