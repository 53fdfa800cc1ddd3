import { restClient } from "./clients.ts";
import type { BenchProcess } from "./processes.ts";
import { median, quantile } from "./statistics.ts";

/** How long chunks take at a number of concurrent streams, in milliseconds. */
export interface PacedResult {
  readonly streams: number;
  readonly target: string;
  /** Request to first chunk. */
  readonly firstMs: number;
  readonly firstP99Ms: number;
  /** Between two chunks; the upstream sends one every 20 ms. */
  readonly gapMs: number;
  readonly gapP99Ms: number;
}

/** Paced streams straight from the upstream, through the raw pipe and through Sluice. */
export async function pacedStreams(
  targets: { readonly upstream: BenchProcess; readonly floor: BenchProcess; readonly sluice: BenchProcess },
  counts: readonly number[],
): Promise<PacedResult[]> {
  const results: PacedResult[] = [];
  for (const streams of counts) {
    for (const [target, prefix] of [
      [targets.upstream, ""],
      [targets.floor, ""],
      [targets.sluice, "up/"],
    ] as const) {
      const client = restClient(target.port, prefix);
      const first: number[] = [];
      const gaps: number[] = [];
      const one = async () => {
        let last = performance.now();
        let chunks = 0;
        await client.call("paced-40", "Say something.", () => {
          const now = performance.now();
          if (chunks++ === 0) first.push(now - last);
          else gaps.push(now - last);
          last = now;
        });
      };
      await one();
      await Promise.all(Array.from({ length: streams }, one));
      await client.close();
      const row = {
        streams,
        target: target.name,
        firstMs: median(first),
        firstP99Ms: quantile(first, 0.99),
        gapMs: median(gaps),
        gapP99Ms: quantile(gaps, 0.99),
      };
      console.error(
        `${streams} paced streams, ${row.target}: first ${row.firstMs.toFixed(2)} ms, gap ${row.gapMs.toFixed(2)} ms`,
      );
      results.push(row);
    }
  }
  return results;
}
