/**
 * Gives memory back that only starting needed: V8 keeps it until load makes it collect, which an idle sidecar never does. Takes some
 * tens of milliseconds.
 */
export async function giveStartMemoryBack(): Promise<void> {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.collectGarbage");
  session.disconnect();
}
