import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { createGateway, type Gateway } from "../../../src/gateway.ts";
import { FakeUpstream, turn } from "../../support/fake-upstream.ts";
import { sse } from "../../support/recorded-replies.ts";
import { patience } from "../../support/running-gateway.ts";
import { startServe } from "../../support/serve-process.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../../support/surfaces.ts";
import { within } from "../../support/within.ts";

const reloads = 200;
const boundMs = 60_000;
const mebi = 1024 * 1024;
let folder = "";
let upstream: FakeUpstream;
let gateway: Gateway;
let url = "";

/** Says its version when a call begins, at each piece of its reply, and at the end. */
const stamp = `export default ({ version }) => ({
  name: "stamp",
  processChunks() {
    const stamped = (chunk) => ({ ...chunk, choices: chunk.choices.map((choice) => ({ ...choice, delta: { ...choice.delta, content: version + (choice.delta?.content ?? "") + "." } })) });
    return { chunk: (chunk) => (chunk.choices.length === 0 ? undefined : stamped(chunk)) };
  },
});`;

const configOf = (version: number) => ({
  server: { listen: ["127.0.0.1:0"], admin: "off" },
  providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
  models: { best: { targets: [{ provider: "up", model: `v${version}` }] } },
  pipeline: { use: [{ "./stamp.mjs": { version: `v${version}` } }] },
});

/** Configurations that cannot be used, each at another step of being put together. */
const broken: readonly ((version: number) => object | string)[] = [
  () => "server: [",
  (version) => ({ ...configOf(version), nonsense: true }),
  (version) => ({ ...configOf(version), models: { best: { targets: [{ provider: "nobody", model: "x" }] } } }),
  (version) => ({ ...configOf(version), pipeline: { use: [{ logging: { bodies: "yes" } }] } }),
  (version) => ({ ...configOf(version), pipeline: { use: ["./missing.mjs"] } }),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-reload-"));
  await writeFile(join(folder, "stamp.mjs"), stamp);
  upstream = await FakeUpstream.start();
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

const file = () => join(folder, "sluice.yaml");
const load = () => loadConfig({ env: patience, file: file() });

async function write(config: object | string): Promise<void> {
  await writeFile(file(), typeof config === "string" ? config : JSON.stringify(config));
}

const streaming = surfaces.filter(({ streamed }) => streamed);

/** One call: its text must be of one version from its beginning to its end, upstream included. */
async function call(at: number): Promise<string> {
  const surface = streaming[at % streaming.length] as Surface; // there are some
  const reply = await openCall(url, surface)
    .end(questionOf(surface, "best", "hi"))
    .read();
  const { text, finished, error } = understand(surface, reply);
  if (!finished || error !== undefined) throw new Error(`${surface.name} failed: ${error?.code} ${error?.message}`);
  const versions = new Set(text.match(/v\d+/g));
  if (versions.size !== 1) throw new Error(`${surface.name} saw ${[...versions].join(" and ")}: ${text}`);
  return [...versions][0] ?? "";
}

function collected(): number {
  upstream.requests.length = 0;
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) gc();
  return process.memoryUsage().heapUsed;
}

describe("a reload", () => {
  it(`happens ${reloads} times under load, a third of them refused: no call fails, none sees two configurations`, async () => {
    // The upstream answers with the model it was asked for, slowly: in three pieces, each of its own turn.
    upstream.always((request) => {
      const { model } = JSON.parse(request.body.toString("utf8")) as { readonly model: string };
      const piece = (content: string, finish_reason: string | null = null) =>
        sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });
      return { steps: [piece(model), turn, piece(model), turn, piece(model, "stop"), sse("[DONE]")] };
    });
    await write(configOf(0));
    gateway = await createGateway(await load());
    const [listener] = await gateway.listen();
    url = `http://${listener?.address}`;

    let loading = true;
    let calls = 0;
    const seen = new Set<string>();
    const caller = async () => {
      while (loading) seen.add(await call(calls++));
    };
    const load8 = Promise.all(Array.from({ length: 8 }, caller));
    load8.catch(() => {
      loading = false;
    });

    let refused = 0;
    let before = 0;
    for (let version = 1; version <= reloads && loading; version++) {
      if (version === 40) before = collected();
      const bad = version % 3 === 0 ? broken[(version / 3) % broken.length] : undefined;
      await write(bad === undefined ? configOf(version) : bad(version));
      if (bad === undefined) {
        await gateway.reload(load);
        expect(gateway.models()).toContain("best");
      } else {
        refused += 1;
        await expect(gateway.reload(load)).rejects.toThrow();
      }
      const goal = calls + 4;
      while (loading && calls < goal) await new Promise((resolve) => setImmediate(resolve));
    }
    loading = false;
    await within(boundMs, "the last calls", load8);
    const grown = collected() - before;
    process.stdout.write(
      `reloads: ${reloads - refused} taken, ${refused} refused, under ${calls} calls that saw ${seen.size} configurations; heap ${(grown / mebi).toFixed(1)} MiB more\n`,
    );
    expect(refused).toBe(66);
    expect(seen.size).toBeGreaterThan(60);
    expect(grown).toBeLessThan(8 * mebi);
    await within(boundMs, "the end", gateway.close(0));
  });
});

describe("a changed file", () => {
  it("is seen within 2 s when Kubernetes swaps the folder behind it, and a bad one is refused and said once", async () => {
    // A mounted ConfigMap: sluice.yaml -> ..data/sluice.yaml, ..data -> ..<time>; an update swaps ..data.
    const process = await startServe((own) => ({
      server: { listen: [`unix:${own}/sluice.sock`], admin: "off", drainDelay: "0s" },
    }));
    try {
      const mount = process.folder;
      const swap = async (name: string, content: object | string) => {
        await mkdir(join(mount, name));
        await writeFile(join(mount, name, "sluice.yaml"), typeof content === "string" ? content : JSON.stringify(content));
        await symlink(name, join(mount, "..tmp"));
        await rename(join(mount, "..tmp"), join(mount, "..data"));
      };
      const server = { listen: [`unix:${mount}/sluice.sock`], admin: "off", drainDelay: "0s" };
      await swap("..1", { server });
      await rm(process.file);
      await symlink(join("..data", "sluice.yaml"), process.file);

      await swap("..2", { server, models: { second: { targets: [{ provider: "demo", model: "echo" }] } } });
      await within(2000, "the reload", process.logged("configuration reloaded"));
      const refusal = process.logged("the new configuration is refused as a whole; the old one stays");
      await swap("..3", "models: [");
      expect(await within(2000, "the refusal", refusal)).toMatchObject({ level: 50, reason: expect.stringContaining(":1:") });
      await swap("..4", { server: { ...server, maxConnections: 5 }, models: {} });
      const fixed = await within(2000, "the warning", process.logged("these fields have changed and need a restart"));
      expect(fixed).toMatchObject({ fields: ["server.maxConnections"] });
      expect(process.log.filter(({ level }) => level === 50)).toHaveLength(1);
      process.signal("SIGTERM");
      expect(await within(boundMs, "the end", process.exit)).toBe(0);
    } finally {
      await process.end();
    }
  });

  it("is looked at again on SIGHUP", async () => {
    const process = await startServe(() => ({ server: { listen: ["127.0.0.1:0"], admin: "off", drainDelay: "0s" } }));
    try {
      process.signal("SIGHUP");
      await within(boundMs, "the reload", process.logged("configuration reloaded"));
    } finally {
      await process.end();
    }
  });
});
