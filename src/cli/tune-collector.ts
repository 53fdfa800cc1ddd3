import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 collect young garbage at a quarter of its space for it instead of at four fifths. A gateway's garbage is request bodies:
 * few objects, much memory outside the heap, which otherwise makes V8 walk the whole heap first (64 KiB prompts took twice the CPU).
 */
export function tuneCollector(): void {
  setFlagsFromString("--minor-gc-task-trigger=25");
}
