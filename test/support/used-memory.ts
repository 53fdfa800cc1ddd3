import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of memory in use by everything in this process, when what is not has been collected. */
export async function usedMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await setImmediate(); // what was collected gives its buffers back
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
