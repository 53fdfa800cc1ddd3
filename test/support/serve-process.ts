import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { patience, type TestConfig } from "./running-gateway.ts";

/** The real command, serving in a process of its own. */
export interface ServeProcess {
  /** A folder of its own, with the configuration in it; removed at the end. */
  readonly folder: string;
  /** The file it was started with. */
  readonly file: string;
  /** Of each main listener: `http://127.0.0.1:<port>`, or `unix:/path`. */
  readonly urls: readonly string[];
  /** Its log so far, a line each. */
  readonly log: readonly LogLine[];
  /** Waits for a line of the log. */
  logged(message: string): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, when it has ended by itself. */
  readonly exit: Promise<number | null>;
  /** Ends it, whatever it does, and removes its folder. */
  end(): Promise<void>;
}

interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/**
 * Starts `sluice serve` with a configuration file, more variables, and other files beside it; `config` is asked for what the
 * configuration says, given the folder. Waits until it listens.
 */
export async function startServe(
  config: (folder: string) => TestConfig,
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<ServeProcess> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-serve-"));
  const file = join(folder, "sluice.yaml");
  await writeFile(file, JSON.stringify(config(folder)));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const main = join(import.meta.dirname, "../../src/main.ts");
  const child = spawn(process.execPath, ["-C", "source", main, "serve", "--config", file], {
    cwd: folder,
    env: { ...patience, PATH: process.env.PATH ?? "", OLLAMA_HOST: "127.0.0.1:9", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: LogLine[] = [];
  const waiting: { readonly message: string; readonly found: (line: LogLine) => void }[] = [];
  child.stdout.setEncoding("utf8");
  let rest = "";
  child.stdout.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines) {
      const line = JSON.parse(each) as LogLine;
      log.push(line);
      for (const waiter of waiting) if (waiter.message === line.msg) waiter.found(line);
    }
  });
  const complaint = text(child.stderr);
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const logged = (message: string) =>
    log.find(({ msg }) => msg === message) ??
    new Promise<LogLine>((resolve, reject) => {
      waiting.push({ message, found: resolve });
      void exit.then(async (code) => reject(new Error(`it ended with ${code}: ${await complaint}`)));
    });
  const { addresses } = (await logged("listening")) as unknown as { readonly addresses: readonly string[] };
  return {
    folder,
    file,
    urls: addresses.map((address) => (address.startsWith("unix:") ? address : `http://${address}`)),
    log,
    logged: async (message) => logged(message),
    signal: (signal) => void child.kill(signal),
    exit,
    end: () => ended(child, folder),
  };
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}
