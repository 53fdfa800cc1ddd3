import { clientOf, load, type Protocol } from "./clients.ts";
import { type BenchProcess, startSluice } from "./processes.ts";

/** Bytes allocated per streamed chunk, in the heap and outside of it. */
export interface Allocation {
  readonly protocol: Protocol;
  readonly onePerRead: number;
  readonly tenPerRead: number;
}

const calls = 10;
const chunks = 1000;

/**
 * Measures in a process whose young generation is so large that nothing is collected during the load, so that what memory grew by is
 * what was allocated.
 */
export async function allocationPerChunk(upstream: BenchProcess): Promise<Allocation[]> {
  const sluice = await startSluice(upstream, ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"]);
  const results: Allocation[] = [];
  for (const protocol of ["rest", "connect", "grpc"] as const) {
    const client = clientOf(protocol, sluice.port);
    const perChunk = async (model: string) => {
      await load(() => client.call(model, "hi"), calls, 1);
      const before = await sluice.measure(true);
      await load(() => client.call(model, "hi"), calls, 1);
      const after = await sluice.measure();
      return (after.heapBytes - before.heapBytes) / calls / chunks;
    };
    results.push({ protocol, onePerRead: await perChunk(`one-${chunks}`), tenPerRead: await perChunk(`ten-${chunks}`) });
    await client.close();
  }
  await sluice.stop();
  return results;
}
