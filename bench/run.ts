// `npm run bench`: Sluice against a raw pipe, on this machine, in one run. Writes docs/benchmarks.md; --json prints the figures,
// --quick runs one short round, --only TEXT the scenarios whose name has TEXT.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allocationPerChunk } from "./allocation.ts";
import { type BenchClient, load, restClient, rpcClient } from "./clients.ts";
import { pacedStreams } from "./paced.ts";
import { type BenchProcess, startFloor, startSluice, startUpstream } from "./processes.ts";
import { report } from "./report.ts";
import { startTimes } from "./start-time.ts";
import { median } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean" }, quick: { type: "boolean" }, only: { type: "string" } },
});
const rounds = flags.quick ? 3 : 7;
const scale = flags.quick ? 0.25 : 1;

/** A load whose CPU is compared: `units` is what the CPU is divided by, per call. */
interface Scenario {
  readonly name: string;
  readonly protocol: "rest" | "connect" | "grpc";
  readonly model: string;
  readonly prompt: string;
  readonly calls: number;
  readonly units: number;
}

const prose = "The gateway holds only what could still become a match, and lets the rest go at once. ";
const longPrompt = prose.repeat(Math.ceil(65_536 / prose.length)).slice(0, 65_536);
const scenarios: readonly Scenario[] = (["rest", "connect", "grpc"] as const).flatMap((protocol) => [
  { name: `${protocol} unary, small prompt`, protocol, model: "unary", prompt: "Say something.", calls: 1500, units: 1 },
  { name: `${protocol} unary, 64 KiB prompt`, protocol, model: "unary", prompt: longPrompt, calls: 600, units: 1 },
  { name: `${protocol} stream, one chunk a read`, protocol, model: "one-200", prompt: "Say something.", calls: 40, units: 200 },
  {
    name: `${protocol} stream, ten chunks a read`,
    protocol,
    model: "ten-1000",
    prompt: "Say something.",
    calls: 40,
    units: 1000,
  },
]);

/** CPU µs per unit of a process under a scenario's load. */
async function cpuPerUnit(target: BenchProcess, client: BenchClient, scenario: Scenario): Promise<number> {
  const calls = Math.max(8, Math.round(scenario.calls * scale));
  const before = await target.measure();
  await load(() => client.call(scenario.model, scenario.prompt), calls, 8);
  const after = await target.measure();
  return (after.cpuUs - before.cpuUs) / calls / scenario.units;
}

const upstream = await startUpstream();
const floor = await startFloor(upstream);
const sluice = await startSluice(upstream);
const idle = await sluice.measure(true);

const floorClient = restClient(floor.port, "");
const clients = {
  rest: restClient(sluice.port, "up/"),
  connect: rpcClient("connect", sluice.port, "up/"),
  grpc: rpcClient("grpc", sluice.port, "up/"),
};

const results = [];
for (const scenario of scenarios) {
  if (flags.only !== undefined && !scenario.name.includes(flags.only)) continue;
  const client = clients[scenario.protocol];
  await cpuPerUnit(floor, floorClient, scenario); // warm up
  await cpuPerUnit(sluice, client, scenario);
  const pairs: { floor: number; sluice: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const floorCpu = await cpuPerUnit(floor, floorClient, scenario);
    pairs.push({ floor: floorCpu, sluice: await cpuPerUnit(sluice, client, scenario) });
  }
  const result = {
    name: scenario.name,
    unit: scenario.units === 1 ? "request" : "chunk",
    floorUs: median(pairs.map((pair) => pair.floor)),
    sluiceUs: median(pairs.map((pair) => pair.sluice)),
    ratio: median(pairs.map((pair) => pair.sluice / pair.floor)),
  };
  console.error(
    `${result.name}: ${result.floorUs.toFixed(2)} -> ${result.sluiceUs.toFixed(2)} µs a ${result.unit}, ${result.ratio.toFixed(2)}x`,
  );
  results.push(result);
}

const loaded = await sluice.measure();
const paced =
  flags.only === undefined ? await pacedStreams({ upstream, floor, sluice }, flags.quick ? [1, 64] : [1, 64, 512]) : [];
for (const client of [floorClient, ...Object.values(clients)]) await client.close();
await Promise.all([sluice.stop(), floor.stop()]);
const allocation = flags.only === undefined ? await allocationPerChunk(upstream) : undefined;
await upstream.stop();
const start = flags.only === undefined ? await startTimes(flags.quick ? 3 : 7) : undefined;

const figures = { results, paced, allocation, start, idleRssBytes: idle.rssBytes, loadedRssBytes: loaded.rssBytes };
if (flags.json) console.log(JSON.stringify(figures, null, 2));
if (flags.only === undefined && !flags.quick) {
  writeFileSync(join(import.meta.dirname, "../docs/benchmarks.md"), report(figures));
  console.error("wrote docs/benchmarks.md");
}
