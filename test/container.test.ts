import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltImage, buildContainer } from "./support/container-build.ts";

const project = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const scratch = mkdtempSync(join(tmpdir(), "sluice-container-"));
let image: BuiltImage;

beforeAll(async () => {
  image = await buildContainer(join(project, "deploy/Dockerfile"), project, scratch);
  mkdirSync(join(image.root, "usr/bin"), { recursive: true });
  copyFileSync(process.execPath, join(image.root, "usr/bin/node")); // the base image's
  writeFileSync(
    join(image.root, image.workdir, "sluice.yaml"),
    "models: { mounted: { targets: [{ provider: demo, model: echo }] } }",
  );
  execFileSync("chmod", ["-R", "a-w,a+rX", scratch]);
}, 300_000);
afterAll(() => {
  execFileSync("chmod", ["-R", "u+w", scratch]);
  rmSync(scratch, { recursive: true, force: true });
});

/** Starts a command as a container of the image would: its user, its environment, its folder, nothing to write to. */
function start(command: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const path = (image.env.PATH ?? "").replace("$PATH", "/usr/bin").replaceAll(/(^|:)\//g, `$1${image.root}/`);
  const env = { ...image.env, PATH: `${path}:/usr/bin:/bin`, ...more };
  const [uid = 0, gid = 0] = image.user.split(":").map(Number);
  const user = process.getuid?.() === 0 ? { uid, gid } : {}; // who is not root cannot write there either
  const [program = "", ...args] = command;
  return spawn(program, args, { cwd: join(image.root, image.workdir), env, ...user, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(command: readonly string[], more?: Readonly<Record<string, string>>) {
  const child = start(command, more);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

describe("the image", () => {
  it("stands on the Node of development, slim, in every stage", () => {
    expect(image.bases.length).toBeGreaterThan(1);
    expect(new Set(image.bases)).toEqual(new Set([`node:${manifest.devDependencies.node}-trixie-slim`]));
  });

  it("runs as a user with a number, so that Kubernetes can tell it is not root", () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("listens for others, unless the configuration says where", async () => {
    expect((await run([...image.entrypoint, "check"])).out).toMatch(
      /listen:\n +- 0\.0\.0\.0:8080\n[\s\S]*metrics: 0\.0\.0\.0:9464\n/,
    );
    expect(readFileSync(join(project, "deploy/Dockerfile"), "utf8")).toContain("\nEXPOSE 8080 9464\n");
    const own = await run([...image.entrypoint, "check", "--config", join(image.root, "app/examples/config/sidecar.yaml")], {
      OPENAI_API_KEY: "k",
    });
    expect(own.out).toMatch(/listen:\n +- unix:\/run\/sluice\/sluice\.sock\?mode=0660\n +admin: off\n/);
  });

  it("has the package and what it depends on, and no more", () => {
    expect(readdirSync(join(image.root, "app")).toSorted()).toEqual(
      [
        "LICENSE",
        "README.md",
        "bin",
        "dist",
        "examples",
        "node_modules",
        "package-lock.json",
        "package.json",
        "proto",
      ].toSorted(),
    );
    const installed = new Set(readdirSync(join(image.root, "app/node_modules")));
    for (const name of Object.keys(manifest.dependencies)) expect(installed).toContain(name.split("/")[0]);
    for (const name of ["typescript", "vitest", "openai", "node"]) expect(installed).not.toContain(name);
  });

  it("runs the command", async () => {
    expect(await run([...image.entrypoint, "--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
    expect(await run([...image.entrypoint, "--help"])).toMatchObject({ code: 0, out: expect.stringContaining("sluice serve") });
  });

  it("serves a configuration that is mounted, is healthy, and ends well on SIGTERM", async () => {
    const [main, metrics, admin] = await freePorts(3);
    const env = {
      SLUICE_LISTEN: `0.0.0.0:${main}`,
      SLUICE_SERVER__METRICS: `0.0.0.0:${metrics}`,
      SLUICE_ADMIN: `127.0.0.1:${admin}`,
      SLUICE_SERVER__DRAIN_DELAY: "0s",
    };
    const container = start([...image.entrypoint, ...image.cmd], env);
    const ended = once(container, "exit");
    const log = text(container.stdout);
    for await (const part of container.stderr.iterator({ destroyOnReturn: false })) if (String(part).includes("curl")) break;
    container.stderr.resume();
    try {
      expect(await run(image.healthcheck, env)).toEqual({ code: 0, out: '{"ready":true,"reasons":[]}\n', err: "" });
      expect((await fetch(`http://127.0.0.1:${metrics}/readyz`)).status).toBe(200);
      const body = JSON.stringify({ model: "mounted", messages: [{ role: "user", content: "aboard?" }] });
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`http://127.0.0.1:${main}/v1/chat/completions`, { method: "POST", headers, body });
      expect(await reply.text()).toContain('"content":"aboard?"');
    } finally {
      container.kill("SIGTERM");
    }
    expect(await ended).toEqual([0, null]);
    expect((await log).split("\n").slice(-2)[0]).toContain('"msg":"closed"');
    expect(await run(image.healthcheck, env)).toMatchObject({ code: 1, out: "" });
  });
});
