import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");
const running = new Set<ChildProcessByStdio<null, Readable, Readable>>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

/** Starts the command with nothing in the environment and no Ollama. */
function start(...args: string[]) {
  const env = { PATH: process.env.PATH ?? "", OLLAMA_HOST: "127.0.0.1:9", SLUICE_CONFIG_JSON: '{"server":{"drainDelay":"0s"}}' };
  const child = spawn(process.execPath, ["-C", "source", main, ...args], {
    cwd: tmpdir(),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  return child;
}

/** The URL in the banner of a gateway that has just been started. */
async function urlOf(stderr: Readable): Promise<string> {
  let banner = "";
  for await (const part of stderr.iterator({ destroyOnReturn: false })) {
    banner += String(part);
    if (banner.includes("new OpenAI")) break;
  }
  stderr.resume();
  return /http:\/\/127\.0\.0\.1:\d+/.exec(banner)?.[0] ?? banner;
}

describe("sluice serve", () => {
  it.each([
    ["its own", (taken: string) => ["--listen", taken, "--admin", "off"]],
    ["its second", (taken: string) => ["--listen", "127.0.0.1:0", "--listen", taken, "--admin", "off"]],
    ["the admin's", (taken: string) => ["--listen", "127.0.0.1:0", "--admin", taken]],
  ])("ends when %s port is in use, and says so", async (_, flags) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const gateway = start("serve", ...flags(taken));
    const ended = await Promise.all([text(gateway.stderr), once(gateway, "exit")]);
    other.close();
    expect(ended).toEqual([
      `cannot listen on ${taken}: the port is in use; --listen and --admin choose other addresses\n`,
      [2, null],
    ]);
  });
});

describe("sluice serve and sluice chat", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`answers, and ends well on ${signal}`, async () => {
      const gateway = start("serve", "--listen", "127.0.0.1:0", "--admin", "off");
      const logged = text(gateway.stdout);
      const chat = start("chat", "--url", await urlOf(gateway.stderr), "--model", "demo/echo", "hello there");
      expect(await Promise.all([text(chat.stdout), text(chat.stderr), once(chat, "exit")])).toEqual([
        "hello there\n",
        "",
        [0, null],
      ]);
      gateway.kill(signal);
      expect(await once(gateway, "exit")).toEqual([0, null]);
      const lines = (await logged).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["listening", "call", "draining", "closed"]);
    });
  }

  it("outlives a promise that a middleware left to itself, and logs it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-"));
    await writeFile(
      join(folder, "stray.mjs"),
      'export default () => ({ name: "stray", beforeLlm: () => void Promise.reject(new Error("astray")) });',
    );
    const config = join(folder, "sluice.yaml");
    await writeFile(config, "pipeline: { use: [./stray.mjs] }");
    const gateway = start("serve", "--config", config, "--listen", "127.0.0.1:0", "--admin", "off");
    const logged = text(gateway.stdout);
    const url = await urlOf(gateway.stderr);
    for (let i = 0; i < 2; i++) {
      const chat = start("chat", "--url", url, "--model", "demo/echo", "hello");
      expect(await text(chat.stdout)).toBe("hello\n");
    }
    gateway.kill("SIGTERM");
    expect(await once(gateway, "exit")).toEqual([0, null]);
    expect(await logged).toMatch(/"level":50.*astray.*nobody waited for what failed/);
    await rm(folder, { recursive: true });
  });
});
