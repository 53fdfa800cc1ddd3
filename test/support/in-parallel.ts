/** Runs the cases 0 to `count - 1`, eight at a time, in order of their beginning. */
export async function inParallel(count: number, run: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
