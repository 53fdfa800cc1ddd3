// Loaded before a measured process's own code (`node --import`): answers its parent with what it has used. No TypeScript, because
// stripping types would take memory in the process that is measured.

process.on("message", (message) => {
  if (message.gc) globalThis.gc?.(); // needs --expose-gc
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ cpuUs: user + system, heapBytes: heapUsed + external, rssBytes: rss });
});
process.on("disconnect", () => process.exit()); // the benchmark has gone
process.channel?.unref();
