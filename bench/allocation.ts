import { load, restClient } from "./clients.ts";
import { type BenchProcess, startSluice } from "./processes.ts";

/** Bytes allocated per streamed chunk. */
export interface Allocation {
  readonly onePerRead: number;
  readonly tenPerRead: number;
}

/**
 * Measures in a process whose young generation is so large that nothing is collected during the load, so that what the heap grew
 * by is what was allocated.
 */
export async function allocationPerChunk(upstream: BenchProcess): Promise<Allocation> {
  const sluice = await startSluice(upstream, ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"]);
  const client = restClient(sluice.port, "up/");
  const perChunk = async (model: string, chunks: number, calls: number) => {
    await load(() => client.call(model, "hi"), calls, 1);
    const before = await sluice.measure(true);
    await load(() => client.call(model, "hi"), calls, 1);
    const after = await sluice.measure();
    return (after.heapBytes - before.heapBytes) / calls / chunks;
  };
  const onePerRead = await perChunk("one-1000", 1000, 10);
  const tenPerRead = await perChunk("ten-1000", 1000, 10);
  await client.close();
  await sluice.stop();
  return { onePerRead, tenPerRead };
}
