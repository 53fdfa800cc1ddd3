// What a measured process answers when its parent asks: CPU used so far, heap and resident memory.

/** Answers every IPC message with `{ cpuUs, heapBytes, rssBytes }`; `{ gc: true }` collects garbage first (needs --expose-gc). */
export function answerMeasurements(): void {
  process.on("message", ({ gc }: { readonly gc?: boolean }) => {
    if (gc) globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ cpuUs: user + system, heapBytes: heapUsed + external, rssBytes: rss });
  });
}
