import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const rounds = { least: 3, most: 20 };

/** Bytes of memory in use by everything in this process, when what is not has been collected, as far as that goes. */
export async function usedMemory(): Promise<number> {
  let used = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= rounds.most; round++) {
    collectGarbage();
    await setImmediate(); // what was collected gives its buffers back
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const now = heapUsed + arrayBuffers;
    if (round >= rounds.least && now > used * 0.99) return Math.min(now, used);
    used = now;
  }
  return used;
}
