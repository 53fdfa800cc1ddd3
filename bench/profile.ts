import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientOf, load, type Protocol } from "./clients.ts";
import { type BenchProcess, startSluice } from "./processes.ts";

/** Where the main thread of Sluice spends its time while it streams, ten chunks a read: shares of 1, by part. */
export interface Profile {
  readonly protocol: Protocol;
  readonly shares: Readonly<Record<Part, number>>;
}

/** The parts that a profile tells apart, each with what names its functions' files. The first that matches counts. */
const parts = {
  "reading JSON": /\/src\/codec\/|^RegExp|^(?:parse|latin1Slice|utf8Slice|asciiSlice) /,
  "Protobuf encoding": /@bufbuild\/protobuf\//,
  "protocol code": /\/src\/protocols\/|@connectrpc\//,
  "pipeline, routing, logging": /\/src\/(?:pipeline|chat|routing|middleware|telemetry)\/|\/pino|sonic-boom/,
  "upstream connection": /\/src\/(?:transport|providers)\/|\/undici\/|wasm/,
  "garbage collection": /^\(garbage collector\)/,
  "Node and system calls": /./,
} as const;

/** One of the parts. */
export type Part = keyof typeof parts;

/** The parts' names in the order of a table. */
export const partNames = Object.keys(parts) as Part[];

const calls = 200;

/** Profiles a process of its own for each protocol. */
export async function profiles(upstream: BenchProcess): Promise<Profile[]> {
  const results: Profile[] = [];
  for (const protocol of ["rest", "connect", "grpc"] as const) {
    const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
    try {
      const sluice = await startSluice(upstream, ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"]);
      const client = clientOf(protocol, sluice.port);
      await load(() => client.call("ten-1000", "hi"), calls, 8);
      const warmedUp = performance.now();
      await load(() => client.call("ten-1000", "hi"), calls, 8);
      const loadMs = performance.now() - warmedUp;
      await client.close();
      await sluice.stop();
      const [file = ""] = readdirSync(folder);
      results.push({ protocol, shares: sharesOf(JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile, loadMs) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return results;
}

/** What Node writes with `--cpu-prof`; times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Shares of the busy samples of the profile's last part. */
function sharesOf({ nodes, samples, timeDeltas }: CpuProfile, lastMs: number): Record<Part, number> {
  const partOf = new Map(nodes.map(({ id, callFrame }) => [id, partNamed(`${callFrame.functionName} ${callFrame.url}`)]));
  const times = new Map<Part, number>();
  let total = 0;
  let left = lastMs * 1000;
  for (let i = samples.length - 1; i >= 0 && left > 0; i--) {
    const time = timeDeltas[i] ?? 0;
    left -= time;
    const part = partOf.get(samples[i] ?? 0);
    if (part === undefined) continue;
    times.set(part, (times.get(part) ?? 0) + time);
    total += time;
  }
  return Object.fromEntries(partNames.map((part) => [part, (times.get(part) ?? 0) / total])) as Record<Part, number>;
}

function partNamed(functionAndFile: string): Part | undefined {
  if (/^\((?:idle|root)\)/.test(functionAndFile)) return undefined;
  return partNames.find((part) => parts[part].test(functionAndFile));
}
