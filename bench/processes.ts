import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** What a measured process has used so far. */
export interface Measurement {
  /** User and system CPU, microseconds. */
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
  /** Asks it what it has used; with `gc` it collects garbage first. */
  measure(gc?: boolean): Promise<Measurement>;
  stop(): Promise<void>;
}

/** Starts a script of this folder and waits for the port it reports. Its output is thrown away. */
export async function startProcess(
  name: string,
  script: string,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): Promise<BenchProcess> {
  const child = fork(join(import.meta.dirname, script), args, {
    execArgv: [...nodeArgs],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { port } = (await answer(child)) as { port: number };
  return {
    name,
    port,
    async measure(gc = false) {
      const reply = answer(child);
      child.send({ gc });
      return (await reply) as Measurement;
    },
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`a benchmark process ended with ${code}`));
    child.once("exit", exited);
    child.once("message", (message) => {
      child.off("exit", exited);
      resolve(message);
    });
  });
}
