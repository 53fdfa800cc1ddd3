import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";

/** What a measured process has used so far. */
interface Measurement {
  /** User and system CPU of all threads, microseconds. */
  readonly cpuUs: number;
  /** JavaScript heap and external memory in use, bytes. */
  readonly heapBytes: number;
  /** Resident memory, bytes. */
  readonly rssBytes: number;
}

/** A benchmark's child process that listens on a port of loopback. */
export interface BenchProcess {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Whether it has not ended. */
  readonly alive: boolean;
  /** Asks it what it has used; with `gc` it collects garbage first. */
  measure(gc?: boolean): Promise<Measurement>;
  stop(): Promise<void>;
}

const folder = import.meta.dirname;
/** The command as it is published, and as `npm start` runs it. */
const entries = {
  built: [join(folder, "../dist/src/main.js"), []],
  source: [join(folder, "../src/main.ts"), ["-C", "source"]],
} as const;

/** Starts a fake model: a script of this folder. */
export function startUpstream(script = "upstream.mjs"): Promise<BenchProcess> {
  return start("upstream", join(folder, script), []);
}

/** Starts the raw pipe in front of it. */
export function startFloor(upstream: BenchProcess): Promise<BenchProcess> {
  return start("raw pipe", join(folder, "floor.mjs"), [`http://127.0.0.1:${upstream.port}/v1/chat/completions`]);
}

/** What is slow is to be measured, not refused. */
const patient = { overload: { eventLoopLag: "1m" } };

/** Starts `sluice serve` in front of it, logging on. */
export function startSluice(
  upstream: BenchProcess,
  nodeArgs: readonly string[] = [],
  server: object = patient,
): Promise<BenchProcess> {
  return startBuilt(entries.built[0], configOf(upstream, server), nodeArgs);
}

/** The same of another folder's build, which may be so old that it has no such limits and needs none. */
export function startSluiceOf(root: string, upstream: BenchProcess): Promise<BenchProcess> {
  const main = join(root, "dist/src/main.js");
  const { server: _, ...old } = configOf(upstream, patient);
  return startBuilt(main, configOf(upstream, patient)).catch(() => startBuilt(main, old));
}

/** The end of a profile must not be the waiting for a drain. */
function configOf(upstream: BenchProcess, server: object) {
  return {
    server: { drainDelay: "0s", ...server },
    providers: { up: { type: "openai-compatible", baseUrl: `http://127.0.0.1:${upstream.port}/v1`, apiKey: "none" } },
    pipeline: { use: ["logging"] },
  };
}

function startBuilt(main: string, config: object, nodeArgs: readonly string[] = []): Promise<BenchProcess> {
  const [, entryArgs] = entries.built;
  return start("Sluice", main, ["serve", "--admin", "off"], [...entryArgs, ...nodeArgs], {
    SLUICE_CONFIG_JSON: JSON.stringify(config),
  });
}

/** Starts `sluice serve` as it is without any configuration. */
export function startDemo(entry: keyof typeof entries): Promise<BenchProcess> {
  const [main, entryArgs] = entries[entry];
  return start("Sluice", main, ["serve", "--admin", "off"], entryArgs, { SLUICE_SERVER__DRAIN_DELAY: "0s" });
}

/** Starts a script that takes its port as `--listen 127.0.0.1:PORT` and waits until it listens. Its output is thrown away. */
async function start(
  name: string,
  script: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<BenchProcess> {
  const port = await freePort();
  const child = fork(script, [...args, "--listen", `127.0.0.1:${port}`], {
    execArgv: ["--import", join(folder, "measurements.mjs"), ...nodeArgs],
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  await listening(child, port);
  const alive = () => child.exitCode === null && child.signalCode === null;
  return {
    name,
    port,
    pid: child.pid ?? 0,
    get alive() {
      return alive();
    },
    async measure(gc = false) {
      const reply = once(child, "message");
      child.send({ gc });
      const [measurement] = (await reply) as [Measurement];
      return measurement;
    },
    async stop() {
      if (!alive()) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Waits until a process takes connections. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").catch(() => undefined);
    socket.destroy();
    if (connected !== undefined) return;
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A port of loopback that is free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
