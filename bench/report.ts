import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { Allocation } from "./allocation.ts";
import type { CpuFigure } from "./cpu.ts";
import type { PacedResult } from "./paced.ts";
import { type Profile, partNames } from "./profile.ts";
import type { ScannerFigure } from "./scan-request.ts";
import { table } from "./table.ts";

/** Everything a run measured. */
export interface Figures {
  /** The machine's load average when the run began. */
  readonly load: number;
  readonly cpu: readonly CpuFigure[];
  readonly paced: readonly PacedResult[];
  readonly allocation: readonly Allocation[];
  readonly profiles: readonly Profile[];
  readonly scanner: readonly ScannerFigure[];
  readonly startMs: { readonly built: number; readonly source: number };
  readonly idleRssBytes: number;
  readonly loadedRssBytes: number;
}

/** The figures as docs/benchmarks.md. */
export function report(figures: Figures): string {
  const { cpu, paced, allocation, scanner, startMs, idleRssBytes, loadedRssBytes } = figures;
  const [processor] = cpus();
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return `# Benchmarks

Written by \`npm run bench\`; do not edit. A fake upstream, a raw pipe (\`node:http\` in, undici out, bodies unread: \`bench/floor.mjs\`) and
\`sluice serve\` with logging on (as published: compiled) run on one machine in one run, in turn. Figures are medians of several rounds, ratios medians of the
rounds' ratios. Connect and gRPC are compared with the same raw pipe, which speaks REST.

Machine: ${cpus().length} × ${processor?.model.trim()}, ${mebibytes(totalmem())}, load average ${figures.load.toFixed(1)} at the start; Node ${process.version}; commit ${commit}.

## Targets

${table(["what", "target", "measured", ""], targets(figures))}

## CPU of the proxy process

All threads, user and system. Eight calls at a time. A chunk has 270 bytes; a stream has 200 chunks at one a read, 1000 at ten, and its share
of the call's own cost is in the figure.

${table(
  ["load", "raw pipe, µs", "Sluice, µs", "ratio"],
  cpu.map(({ name, unit, besideUs, sluiceUs, ratio }) => [
    `${name}, a ${unit}`,
    besideUs.toFixed(1),
    sluiceUs.toFixed(1),
    times(ratio),
  ]),
)}

## Where the time goes

Shares of the main thread's busy time while it streams ten chunks a read, from a CPU profile.

${table(
  ["", ...partNames],
  figures.profiles.map(({ protocol, shares }) => [protocol, ...partNames.map((part) => `${(shares[part] * 100).toFixed(0)} %`)]),
)}

Over REST a chunk that nobody reads stays the upstream's bytes: it is compared with the last one of its shape, and \`model\` and \`usage\` are
cut out and replaced. Connect and gRPC need every chunk as a message and write it again. A chunk of a known shape is copied from the first
of its kind with the new strings put in; encoding it is then the largest part: protobuf-es walks over every field of the contract
and makes a buffer of its own for each message, and for Connect the message becomes JSON by way of an object.

## Latency of paced streams

The upstream sends a chunk every 20 ms; all streams begin at once. Milliseconds: from the request to the first chunk, and from one
chunk to the next. The clients run in one process beside the proxies, and cost more in Connect and gRPC.

${table(
  ["streams", "through", "first chunk", "p99", "between chunks", "p99"],
  paced.map((row) => [
    String(row.streams),
    row.through,
    ...[row.firstMs, row.firstP99Ms, row.gapMs, row.gapP99Ms].map((ms) => ms.toFixed(1)),
  ]),
)}

## Memory and start

- Resident memory: ${mebibytes(idleRssBytes)} idle, ${mebibytes(loadedRssBytes)} after all the loads above.
- Allocated per streamed chunk, in the heap and outside of it: ${allocation
    .map(
      ({ protocol, onePerRead, tenPerRead }) =>
        `${protocol} ${onePerRead.toFixed(0)} bytes at one chunk a read and ${tenPerRead.toFixed(0)} at ten`,
    )
    .join("; ")}.
- From the start of the process to its first answer: ${startMs.built.toFixed(0)} ms; run from source, as \`npm start\` does, ${startMs.source.toFixed(0)} ms.

## Request scanner

What is done with a REST request that nobody reads, beside \`JSON.parse\` of its text. Small is ${scanner[0]?.bytes} bytes, the others are 64 KiB.

${table(
  ["body", "scan, µs", "JSON.parse, µs", "ratio"],
  scanner.map(({ body, scanUs, parseUs, ratio }) => [body, scanUs.toFixed(1), parseUs.toFixed(1), times(ratio)]),
)}
`;
}

/** What the benchmark is there to watch. */
function targets({ cpu, scanner, startMs, idleRssBytes }: Figures): string[][] {
  const rest = cpu.filter(({ name }) => name.startsWith("rest"));
  const limits: Readonly<Record<string, number>> = { prose: 0.2, quotes: 1.1, tools: 1.1 };
  const rows: (readonly [what: string, target: number, measured: number, text: (value: number) => string])[] = [
    ...rest.map(({ name, ratio }) => [`${name}: CPU beside the raw pipe`, 2, ratio, times] as const),
    ...scanner.flatMap(({ body, ratio }) => {
      const limit = limits[body];
      return limit === undefined ? [] : [[`request scanner, ${body}: beside JSON.parse`, limit, ratio, times] as const];
    }),
    ["start to first answer, from source", 1000, startMs.source, (ms) => `${ms.toFixed(0)} ms`],
    ["idle memory", 90 * 1024 * 1024, idleRssBytes, mebibytes],
  ];
  return rows.map(([what, target, measured, text]) => [
    what,
    `≤ ${text(target)}`,
    text(measured),
    measured <= target ? "met" : "missed",
  ]);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

/** A ratio for readers. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}
