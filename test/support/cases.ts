import type { Parameters } from "fast-check";

/** How many cases of a law are tried, as a share of the usual: `CASES=10 npm test` tries ten times as many. */
export const caseShare = Number(process.env.CASES ?? 1);

/** How many cases to try where a number are usual. */
export function casesOf(usual: number): number {
  return Math.ceil(usual * caseShare);
}

/**
 * How fast-check tries a law where a number of cases are usual, twenty at the least. Where `SEED` says so they are always the same
 * ones, and the first that breaks the law is enough: no smaller one is looked for.
 */
export function runsOf(usual: number): Pick<Parameters<unknown>, "numRuns" | "seed" | "endOnFailure"> {
  const { SEED: seed } = process.env;
  return { numRuns: Math.max(20, casesOf(usual)), ...(seed !== undefined && { seed: Number(seed), endOnFailure: true }) };
}

/** All of a list, or evenly chosen ones where a smaller share is to be tried. */
export function sampleOf<T>(all: readonly T[]): readonly T[] {
  const wanted = Math.min(all.length, casesOf(all.length));
  return Array.from({ length: wanted }, (_, i) => all[Math.floor((i * all.length) / wanted)] as T); // within bounds
}
