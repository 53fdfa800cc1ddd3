// `npm run bench`: Sluice beside a raw pipe, on this machine, in one run. Writes docs/benchmarks.md; --json prints the figures too,
// --quick runs fewer rounds and writes nothing, --only TEXT only the CPU loads whose name has TEXT.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allocationPerChunk } from "./allocation.ts";
import { clientOf, clientsOf } from "./clients.ts";
import { compareCpu } from "./cpu.ts";
import { pacedStreams } from "./paced.ts";
import { startFloor, startSluice, startUpstream } from "./processes.ts";
import { profiles } from "./profile.ts";
import { type Figures, report } from "./report.ts";
import { scannerFigures } from "./scan-request.ts";
import { startTime } from "./start-time.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean" }, quick: { type: "boolean" }, only: { type: "string" } },
});
const quick = flags.quick === true;
const [load = 0] = loadavg();

const upstream = await startUpstream();
const floor = await startFloor(upstream);
const sluice = await startSluice(upstream);
await new Promise((resolve) => setTimeout(resolve, quick ? 0 : 2000));
const { rssBytes: idleRssBytes } = await sluice.measure();

const floorClient = clientOf("rest", floor.port, "");
const clients = clientsOf(sluice.port);
const cpu = await compareCpu(
  { process: floor, clients: { rest: floorClient, connect: floorClient, grpc: floorClient } },
  { process: sluice, clients },
  quick ? 3 : 9,
  flags.only ?? "",
);
for (const client of [floorClient, ...Object.values(clients)]) await client.close();

if (flags.only !== undefined) {
  if (flags.json) console.log(JSON.stringify({ cpu }, undefined, 2));
} else {
  const paced = await pacedStreams({ upstream, floor, sluice }, quick ? [1, 64] : [1, 64, 512], quick ? 1 : 5);
  const { rssBytes: loadedRssBytes } = await sluice.measure();
  const figures: Figures = {
    load,
    cpu,
    paced,
    allocation: await allocationPerChunk(upstream),
    profiles: await profiles(upstream),
    scanner: scannerFigures(),
    startMs: { built: await startTime("built", quick ? 3 : 9), source: await startTime("source", quick ? 3 : 9) },
    idleRssBytes,
    loadedRssBytes,
  };
  const text = report(figures);
  console.log(flags.json ? JSON.stringify(figures, undefined, 2) : text);
  if (!quick) {
    const page = join(import.meta.dirname, "../docs/benchmarks.md");
    writeFileSync(page, text);
    execFileSync("biome", ["format", "--write", page]);
  }
}
await Promise.all([sluice.stop(), floor.stop(), upstream.stop()]);
