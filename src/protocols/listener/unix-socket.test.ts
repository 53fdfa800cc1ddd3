import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HttpHandler, peerOf } from "../exchange.ts";
import { type Listener, listen } from "./listener.ts";

let folder = "";
let path = "";
const open: Listener[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-unix-"));
  path = join(folder, "sluice.sock");
});
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close(0);
  rmSync(folder, { recursive: true, force: true });
});

const mirror: HttpHandler = (incoming, response) => {
  response.end(JSON.stringify({ version: incoming.httpVersion, peer: peerOf(incoming) }));
};

async function serve(options: { readonly mode?: number; readonly group?: string } = {}): Promise<Listener> {
  const listener = await listen({ at: { path, mode: 0o660, ...options } }, mirror);
  open.push(listener);
  return listener;
}

async function ask(): Promise<unknown> {
  const [response] = await once(request({ socketPath: path, path: "/", agent: false }).end(), "response");
  return JSON.parse(await text(response));
}

describe("a Unix socket", () => {
  it("serves HTTP/1.1 and HTTP/2", async () => {
    const { address } = await serve();
    expect(address).toBe(`unix:${path}`);
    expect(await ask()).toEqual({ version: "1.1", peer: { address: "", tls: false } });
    const session = connectHttp2("http://localhost", { createConnection: () => connect(path) });
    expect(JSON.parse(await text(session.request({ ":path": "/" })))).toMatchObject({ version: "2.0" });
    session.destroy();
  });

  it.each([0o600, 0o660, 0o666])("has the mode %o from the start", async (mode) => {
    await serve({ mode });
    expect(statSync(path).mode & 0o777).toBe(mode);
  });

  it("has the group that is asked for, by number or name", async () => {
    const own = process.getgid?.() ?? 0;
    await serve({ group: String(own) });
    expect(statSync(path).gid).toBe(own);
    await expect(listen({ at: { path: `${path}2`, mode: 0o660, group: "no-such-group" } }, mirror)).rejects.toThrow(
      "there is no group no-such-group",
    );
  });

  it("takes the place of a socket on which nobody answers", async () => {
    const dead = createServer().listen(path);
    await once(dead, "listening");
    // What a process leaves that was killed: the file, and nobody behind it.
    const left = join(folder, "left.sock");
    const { linkSync } = await import("node:fs");
    linkSync(path, left);
    await new Promise((resolve) => dead.close(resolve));
    linkSync(left, path);
    await serve();
    expect(await ask()).toMatchObject({ version: "1.1" });
  });

  it("leaves a socket alone on which somebody answers, and any other file", async () => {
    const first = await serve();
    await expect(serve()).rejects.toThrow(`cannot listen on unix:${path}: the port is in use`);
    expect(await ask()).toMatchObject({ version: "1.1" });
    await first.close(0);
    open.length = 0;
    writeFileSync(path, "somebody's notes");
    await expect(serve()).rejects.toThrow();
    expect(existsSync(path)).toBe(true);
  });

  it("is gone when its listener is closed", async () => {
    const listener = await serve();
    await listener.close(0);
    open.length = 0;
    expect(existsSync(path)).toBe(false);
  });

  it("says why it cannot be made", async () => {
    path = join(folder, "no", "such", "folder.sock");
    await expect(serve()).rejects.toThrow(`cannot listen on unix:${path}`);
    chmodSync(folder, 0o700);
  });
});
