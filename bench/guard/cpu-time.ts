/** Shortest round that the CPU's clock can tell. */
const leastUs = 100_000;

/** User CPU of this process that one run takes, microseconds: the least of several rounds, which others on the machine disturbed least. */
export function cpuTime(run: () => void, rounds = 7): number {
  let runs = 1;
  for (let us = rounded(run, runs); us < leastUs; us = rounded(run, runs)) {
    runs = Math.max(runs + 1, Math.ceil((runs * leastUs) / Math.max(us, leastUs / 20)));
  }
  return Math.min(...Array.from({ length: rounds }, () => rounded(run, runs) / runs));
}

function rounded(run: () => void, runs: number): number {
  const { user } = process.cpuUsage();
  for (let i = 0; i < runs; i++) run();
  return process.cpuUsage().user - user;
}
