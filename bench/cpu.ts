import { type BenchClient, load, type Protocol } from "./clients.ts";
import type { BenchProcess } from "./processes.ts";
import { median } from "./statistics.ts";

/** A load under which the CPU of the proxies is compared. */
interface Scenario {
  readonly name: string;
  readonly protocol: Protocol;
  readonly model: string;
  readonly prompt: string;
  readonly calls: number;
  /** What the CPU of a call is divided by. */
  readonly units: number;
}

/**
 * CPU of all threads of Sluice and of what it is compared with, microseconds per request or chunk: medians of the rounds, and the median
 * of the rounds' ratios.
 */
export interface CpuFigure {
  readonly name: string;
  readonly unit: "request" | "chunk";
  readonly besideUs: number;
  readonly sluiceUs: number;
  readonly ratio: number;
}

/** A proxy whose CPU is measured, and who asks it. */
export interface CpuTarget {
  readonly process: BenchProcess;
  readonly clients: Readonly<Record<Protocol, BenchClient>>;
}

const concurrency = 8;
const sentence = "The gateway holds only what could still become a match, and lets the rest go at once. ";
const longPrompt = sentence.repeat(Math.ceil(65_536 / sentence.length)).slice(0, 65_536);
const shortPrompt = "Say something.";

function scenarios(protocol: Protocol): Scenario[] {
  return [
    { name: `${protocol} unary, small prompt`, protocol, model: "unary", prompt: shortPrompt, calls: 1500, units: 1 },
    { name: `${protocol} unary, 64 KiB prompt`, protocol, model: "unary", prompt: longPrompt, calls: 600, units: 1 },
    { name: `${protocol} stream, one chunk a read`, protocol, model: "one-200", prompt: shortPrompt, calls: 40, units: 200 },
    { name: `${protocol} stream, ten chunks a read`, protocol, model: "ten-1000", prompt: shortPrompt, calls: 40, units: 1000 },
  ];
}

/** Compares under every load whose name has `only` in it: each is run on the one and the other in turn, after a round that warms up. */
export async function compareCpu(beside: CpuTarget, sluice: CpuTarget, rounds: number, only: string): Promise<CpuFigure[]> {
  const figures: CpuFigure[] = [];
  for (const scenario of (["rest", "connect", "grpc"] as const).flatMap(scenarios)) {
    if (!scenario.name.includes(only)) continue;
    const pairs: { besideUs: number; sluiceUs: number }[] = [];
    for (let round = -1; round < rounds; round++) {
      const besideUs = await cpuPerUnit(beside, scenario);
      const sluiceUs = await cpuPerUnit(sluice, scenario);
      if (round >= 0) pairs.push({ besideUs, sluiceUs });
    }
    const figure: CpuFigure = {
      name: scenario.name,
      unit: scenario.units === 1 ? "request" : "chunk",
      besideUs: median(pairs.map((pair) => pair.besideUs)),
      sluiceUs: median(pairs.map((pair) => pair.sluiceUs)),
      ratio: median(pairs.map((pair) => pair.sluiceUs / pair.besideUs)),
    };
    const us = `${figure.besideUs.toFixed(2)} -> ${figure.sluiceUs.toFixed(2)} µs a ${figure.unit}`;
    console.error(`${figure.name}: ${us}, ${figure.ratio.toFixed(2)}x`);
    figures.push(figure);
  }
  return figures;
}

async function cpuPerUnit(target: CpuTarget, { protocol, model, prompt, calls, units }: Scenario): Promise<number> {
  const before = await target.process.measure();
  await load(() => target.clients[protocol].call(model, prompt), calls, concurrency);
  const after = await target.process.measure();
  return (after.cpuUs - before.cpuUs) / calls / units;
}
