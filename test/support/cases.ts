/** How many cases of a law are tried, as a share of the usual: `CASES=10 npm test` tries ten times as many. */
export const caseShare = Number(process.env.CASES ?? 1);

/** How many cases to try where a number are usual. */
export function casesOf(usual: number): number {
  return Math.ceil(usual * caseShare);
}

/** All of a list, or evenly chosen ones where a smaller share is to be tried. */
export function sampleOf<T>(all: readonly T[]): readonly T[] {
  const wanted = Math.min(all.length, casesOf(all.length));
  return Array.from({ length: wanted }, (_, i) => all[Math.floor((i * all.length) / wanted)] as T); // within bounds
}
