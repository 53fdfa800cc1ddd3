// `npm run overload`: the real command with a small heap under four times the load that it can carry. Prints what it still answers,
// what it refuses and how, and its memory; ends with 1 when it dies, answers less than four fifths of its best, refuses a call without
// saying when to try again, or cuts a stream that ran before. The parts after the usual calls are worst cases, to be read. The gateway
// has one core, everything else another.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type BenchProcess, startSluice, startUpstream } from "../processes.ts";
import type { Mix } from "./call-kinds.ts";
import type { Load } from "./generator.ts";
import { openStreams } from "./running-streams.ts";
import { inTimeMs, type Tally } from "./tally.ts";
import { Watch } from "./watch.ts";

const { values: flags } = parseArgs({ options: { only: { type: "string", default: "" } } });
const leastShare = 0.8;
const faults: string[] = [];

const [gatewayCore, otherCore] = availableParallelism() > 1 ? ["0", "1"] : ["0", "0"];
function pin(pid: number, core: string): void {
  try {
    execFileSync("taskset", ["-a", "-p", "-c", core, String(pid)], { stdio: "ignore" });
  } catch {
    console.log("there is no taskset: gateway and load share the cores as the system likes");
  }
}

pin(process.pid, otherCore); // and so its children, until they are told something else
const upstream = await startUpstream("overload/upstream.mjs");
const generator = fork(join(import.meta.dirname, "generator.ts"), { execArgv: ["-C", "source"], serialization: "advanced" });

async function offer(load: Load): Promise<Tally> {
  const reply = once(generator, "message");
  generator.send(load);
  const [tally] = (await reply) as [Tally];
  return tally;
}

/** Starts a gateway on its core, lets `run` load it, and ends it. */
async function withGateway(title: string, heapMiB: number, server: object, run: (gateway: BenchProcess) => Promise<void>) {
  if (!title.startsWith(flags.only)) return;
  console.log(`\n${title}, --max-old-space-size=${heapMiB}`);
  const gateway = await startSluice(upstream, [`--max-old-space-size=${heapMiB}`], { timeouts: { idle: "10m" }, ...server });
  pin(gateway.pid, gatewayCore);
  const watch = new Watch(gateway);
  await run(gateway);
  await sleep(500);
  for (const line of await watch.stop()) console.log(line);
  if (!watch.readyNow) faults.push(`${title}: not ready afterwards`);
  if (!gateway.alive) faults.push(`${title}: the process died`);
  await gateway.stop();
}

/** Offers a load and prints what came of it; refusals without a Retry-After and cut replies are faults. */
async function phase(name: string, load: Load, peak?: number): Promise<Tally> {
  const tally = await offer(load);
  const share = peak === undefined ? "" : `, ${((100 * tally.goodput) / peak).toFixed(0)} % of the peak`;
  const times = ({ p50, p99 }: Tally["refusedMs"]) =>
    Number.isNaN(p50) ? "" : ` (p50 ${p50.toFixed(0)} p99 ${p99.toFixed(0)} ms)`;
  const more = Object.entries({ late: tally.late, "without connection": tally.unconnected, unanswered: tally.unanswered })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `, ${count} ${what}`);
  const refused = Object.entries(tally.refused).map(([code, count]) => `, refused ${count} ${code}`);
  console.log(
    `${name}: offered ${load.rate.toFixed(0)}/s, goodput ${tally.goodput.toFixed(0)}/s${share}${times(tally.answeredMs)}${more.join("")}` +
      `${refused.join("")}${times(tally.refusedMs)}, ${tally.withoutRetryAfter} without Retry-After; clients late p99 ${tally.clientLagMs.toFixed(0)} ms`,
  );
  if (tally.withoutRetryAfter > 0) faults.push(`${name}: ${tally.withoutRetryAfter} refusals without Retry-After`);
  const broken = Object.keys(tally.broken).length === 0 ? undefined : `${name}: broken replies: ${JSON.stringify(tally.broken)}`;
  if (broken !== undefined && load.mix === "usual") faults.push(broken);
  else if (broken !== undefined) console.log(broken);
  return tally;
}

/** The most calls a second that are answered well: the rate is raised until they become no more. */
async function capacityOf(port: number, mix: Mix, from: number): Promise<number> {
  await offer({ port, mix, seconds: 4, rate: from, patience: 4 });
  let peak = 0;
  for (let [rate, beyond] = [from, 0]; beyond < 2; rate *= 1.3) {
    const { goodput } = await phase("looking for capacity", { port, mix, seconds: 4.5, rate, patience: 4 });
    peak = Math.max(peak, goodput);
    beyond = goodput < rate * 0.85 ? beyond + 1 : 0;
  }
  console.log(`capacity: ${peak.toFixed(0)} calls a second`);
  return peak;
}

await withGateway("usual calls", 256, {}, async ({ port }) => {
  const mix = "usual";
  const capacity = await capacityOf(port, mix, 325);
  await sleep(3000); // until new calls are taken again
  const streams = await openStreams(port, 40, 350);
  let peak = capacity;
  for (const [times, seconds] of [
    [1, 6],
    [2, 6],
    [4, 15],
  ] as const) {
    const load = { port, mix, seconds, rate: capacity * times, patience: 4 } as const;
    const { goodput } = await phase(`${times} times capacity`, load, peak);
    peak = Math.max(peak, goodput);
    if (times === 4 && goodput < leastShare * peak) {
      faults.push(`goodput at 4 times capacity is ${((100 * goodput) / peak).toFixed(0)} % of its peak`);
    }
  }
  const cut = await streams.faults();
  console.log(`streams that ran all the while: ${streams.count - cut.length} of ${streams.count} whole`);
  faults.push(...cut.map((fault) => `a running stream: ${fault}`));
  await phase("afterwards", { port, mix, seconds: 3, rate: capacity / 2, patience: 2 });
});

await withGateway("the cheapest calls", 256, {}, async ({ port }) => {
  const capacity = await capacityOf(port, "cheap", 2000);
  await phase("4 times capacity", { port, mix: "cheap", seconds: 6, rate: capacity * 4, patience: 2 }, capacity);
});

await withGateway("prompts of 64 KiB", 256, { maxInFlightBytes: "64MiB" }, async ({ port }) => {
  const capacity = await capacityOf(port, "large", 700);
  await phase("4 times capacity", { port, mix: "large", seconds: 6, rate: capacity * 4, patience: 2 }, capacity);
});

await withGateway("an upstream that takes 10 s", 64, {}, async ({ port }) => {
  await phase("400 calls a second", { port, mix: "slow", seconds: 12, rate: 400, patience: 11 });
  await phase("afterwards", { port, mix: "cheap", seconds: 3, rate: 200, patience: 2 });
});

await withGateway("the same with prompts of 64 KiB", 256, { maxInFlightBytes: "64MiB" }, async ({ port }) => {
  await phase("200 calls a second", { port, mix: "largeAndSlow", seconds: 7, rate: 200, patience: 11 });
  await phase("afterwards", { port, mix: "cheap", seconds: 3, rate: 200, patience: 2 });
});

console.log(
  `\ngoodput: calls answered whole, and not more than ${inTimeMs} ms later than by their upstream alone (the times are beyond that)`,
);
console.log(faults.length === 0 ? "everything as it should be" : faults.map((fault) => `FAULT ${fault}`).join("\n"));
generator.kill();
await upstream.stop();
process.exit(faults.length === 0 ? 0 : 1);
