/** Runs a step for every item, `most` at a time, and gives the results in the items' order. The first failure starts no more. */
export async function boundedMap<T, R>(items: readonly T[], most: number, step: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  let failed = false;
  const run = async () => {
    for (const [index, item] of rest) {
      if (failed) return;
      try {
        results[index] = await step(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, run));
  return results;
}
