import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { Allocation } from "./allocation.ts";
import type { PacedResult } from "./paced.ts";
import type { StartTimes } from "./start-time.ts";

/** Everything a run measured. */
export interface Figures {
  readonly results: readonly { name: string; unit: string; floorUs: number; sluiceUs: number; ratio: number }[];
  readonly paced: readonly PacedResult[];
  readonly allocation: Allocation | undefined;
  readonly start: StartTimes | undefined;
  readonly idleRssBytes: number;
  readonly loadedRssBytes: number;
}

const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;

/** The figures as docs/benchmarks.md. */
export function report(figures: Figures): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  const lines = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; do not edit. A fake upstream, a raw `node:http` → undici pipe (`bench/floor.mjs`, REST) and Sluice with",
    "logging on run on one machine in one run, in turn; figures are medians of several rounds, ratios medians of the rounds' ratios.",
    "Connect and gRPC are compared with the same REST pipe.",
    "",
    `Machine: ${cpus().length} × ${cpu?.model.trim()}, ${mebibytes(totalmem())}; Node ${process.version}; commit ${commit}.`,
    "",
    "## CPU of the proxy process",
    "",
    "| load | raw pipe | Sluice | ratio |",
    "|---|---|---|---|",
    ...figures.results.map(
      (row) =>
        `| ${row.name} | ${row.floorUs.toFixed(1)} µs a ${row.unit} | ${row.sluiceUs.toFixed(1)} µs a ${row.unit} | ${row.ratio.toFixed(2)} |`,
    ),
    "",
    "## Latency of paced streams (REST)",
    "",
    "The upstream sends a chunk every 20 ms. Median and 99th percentile, milliseconds.",
    "",
    "| streams | through | first chunk | p99 | between chunks | p99 |",
    "|---|---|---|---|---|---|",
    ...figures.paced.map(
      (row) =>
        `| ${row.streams} | ${row.target} | ${row.firstMs.toFixed(1)} | ${row.firstP99Ms.toFixed(1)} | ${row.gapMs.toFixed(1)} | ${row.gapP99Ms.toFixed(1)} |`,
    ),
    "",
    "## Memory and start",
    "",
    `- Resident memory: ${mebibytes(figures.idleRssBytes)} idle, ${mebibytes(figures.loadedRssBytes)} after the loads above.`,
  ];
  if (figures.allocation !== undefined) {
    lines.push(
      `- Allocated per streamed chunk (REST): ${figures.allocation.onePerRead.toFixed(0)} bytes at one chunk a read, ${figures.allocation.tenPerRead.toFixed(0)} at ten.`,
    );
  }
  if (figures.start !== undefined)
    lines.push(`- Start to first answer, run from source: ${figures.start.sourceMs.toFixed(0)} ms.`);
  return `${lines.join("\n")}\n`;
}
