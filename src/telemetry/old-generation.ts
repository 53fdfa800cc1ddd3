import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";

const mebi = 1024 * 1024;
/** How large a semi-space of young objects may become, in MiB, by V8's major version: Node 22 and 23, 24, 25 and 26. */
const semiSpaceMiB: Readonly<Record<string, number>> = { 12: 16, 13: 64, 14: 32 };

/**
 * What V8's old generation may grow to, in bytes: at that, and not at the limit of the heap, Node ends the process. The heap's limit has
 * room for three semi-spaces of young objects beside it, which a small old generation can never use.
 * `nodeOptions`: what the process was started with, since a flag may say how large a semi-space is.
 */
export function oldGenerationLimit(nodeOptions: string): number {
  const flag = /--max[-_]semi[-_]space[-_]size[= ](\d+)/.exec(nodeOptions)?.[1];
  const [major = ""] = process.versions.v8.split(".");
  const semiSpace = flag === undefined ? (semiSpaceMiB[major] ?? 64) : Number(flag);
  return getHeapStatistics().heap_size_limit - 3 * semiSpace * mebi;
}

/** What the old generation has in use, in bytes, garbage that has not been collected included. */
export function oldGenerationUsed(): number {
  let used = 0;
  for (const space of getHeapSpaceStatistics()) {
    if (!space.space_name.startsWith("new_")) used += space.space_used_size;
  }
  return used;
}
