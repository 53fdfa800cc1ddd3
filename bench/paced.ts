import { clientOf } from "./clients.ts";
import type { BenchProcess } from "./processes.ts";
import { median, quantile } from "./statistics.ts";

/** How long chunks take at a number of concurrent streams, in milliseconds: medians of the rounds. */
export interface PacedResult {
  readonly streams: number;
  readonly through: string;
  /** Request to first chunk: median and 99th percentile of the streams. */
  readonly firstMs: number;
  readonly firstP99Ms: number;
  /** Between two chunks; the upstream sends one every 20 ms. */
  readonly gapMs: number;
  readonly gapP99Ms: number;
}

/** Paced streams straight from the upstream, through the raw pipe, and through Sluice in each protocol, in turn. */
export async function pacedStreams(
  targets: { readonly upstream: BenchProcess; readonly floor: BenchProcess; readonly sluice: BenchProcess },
  counts: readonly number[],
  rounds: number,
): Promise<PacedResult[]> {
  const { upstream, floor, sluice } = targets;
  const routes = [
    { through: "nothing", client: () => clientOf("rest", upstream.port, "") },
    { through: "the raw pipe", client: () => clientOf("rest", floor.port, "") },
    { through: "Sluice, REST", client: () => clientOf("rest", sluice.port) },
    { through: "Sluice, Connect", client: () => clientOf("connect", sluice.port) },
    { through: "Sluice, gRPC", client: () => clientOf("grpc", sluice.port) },
  ].map((route) => ({ through: route.through, client: route.client() }));
  const results: PacedResult[] = [];
  for (const streams of counts) {
    const samples = routes.map((): Omit<PacedResult, "streams" | "through">[] => []);
    for (let round = -1; round < rounds; round++) {
      for (const [i, { client }] of routes.entries()) {
        const sample = await oneRound(client.call, streams);
        if (round >= 0) samples[i]?.push(sample); // the first one opens connections
      }
    }
    for (const [i, { through }] of routes.entries()) {
      const of = (figure: "firstMs" | "firstP99Ms" | "gapMs" | "gapP99Ms") =>
        median((samples[i] ?? []).map((each) => each[figure]));
      const row = {
        streams,
        through,
        firstMs: of("firstMs"),
        firstP99Ms: of("firstP99Ms"),
        gapMs: of("gapMs"),
        gapP99Ms: of("gapP99Ms"),
      };
      console.error(
        `${streams} paced streams through ${through}: first ${row.firstMs.toFixed(2)} ms, gap ${row.gapMs.toFixed(2)} ms`,
      );
      results.push(row);
    }
  }
  for (const { client } of routes) await client.close();
  return results;
}

async function oneRound(call: ReturnType<typeof clientOf>["call"], streams: number) {
  const first: number[] = [];
  const gaps: number[] = [];
  const one = async () => {
    let last = performance.now();
    let chunks = 0;
    await call("paced-40", "Say something.", () => {
      const now = performance.now();
      if (chunks++ === 0) first.push(now - last);
      else gaps.push(now - last);
      last = now;
    });
  };
  await Promise.all(Array.from({ length: streams }, one));
  return { firstMs: median(first), firstP99Ms: quantile(first, 0.99), gapMs: median(gaps), gapP99Ms: quantile(gaps, 0.99) };
}
