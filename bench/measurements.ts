// Loaded before a measured process's own code (`node --import`): answers its parent with what it has used.

/** What a measured process has used so far. */
export interface Measurement {
  /** User and system CPU of all threads, microseconds. */
  readonly cpuUs: number;
  /** JavaScript heap and external memory in use, bytes. */
  readonly heapBytes: number;
  /** Resident memory, bytes. */
  readonly rssBytes: number;
}

process.on("message", ({ gc }: { readonly gc?: boolean }) => {
  if (gc) globalThis.gc?.(); // needs --expose-gc
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, heapBytes: heapUsed + external, rssBytes: rss } satisfies Measurement);
});
process.channel?.unref();
