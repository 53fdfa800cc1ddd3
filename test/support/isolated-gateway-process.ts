import { monitorEventLoopDelay } from "node:perf_hooks";
import { OpenConnections } from "./open-connections.ts";
import { startGateway, type TestConfig } from "./running-gateway.ts";
import { usedMemory } from "./used-memory.ts";

/** What a gateway's process is asked: to start, or for its figures, at once or when nobody is connected any more. */
export type Order = { readonly start: TestConfig } | { readonly figures: "now" | "alone" };

/** What a gateway takes. Sizes in bytes. */
export interface Figures {
  readonly connections: number;
  /** What has come over all of its connections. */
  readonly received: number;
  /** Memory in use, and the memory of the process. */
  readonly used: number;
  readonly resident: number;
  /** The most memory of the process, and of its buffers, since it was last asked. */
  readonly mostResident: number;
  readonly mostBuffers: number;
  /** How late the event loop was at most, and how long its thread has computed, since it was last asked; in milliseconds. */
  readonly lagMs: number;
  readonly cpuMs: number;
}

const looksEveryMs = 10;
const delay = monitorEventLoopDelay({ resolution: 1 });
let mostResident = 0;
let mostBuffers = 0;
let computedBefore = 0;

/** How long the thread of the event loop has computed, in milliseconds. */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function look(): void {
  const { rss, arrayBuffers } = process.memoryUsage();
  mostResident = Math.max(mostResident, rss);
  mostBuffers = Math.max(mostBuffers, arrayBuffers);
}

async function figuresOf(open: OpenConnections, when: "now" | "alone"): Promise<Figures> {
  look();
  const lagMs = delay.max / 1e6;
  const cpuMs = computed() - computedBefore;
  if (when === "alone") await open.none();
  const used = await usedMemory();
  const resident = process.memoryUsage.rss();
  const { count, received } = open;
  const figures = { connections: count, received, used, resident, mostResident, mostBuffers, lagMs, cpuMs };
  [mostResident, mostBuffers] = [0, 0];
  delay.reset();
  computedBefore = computed();
  return figures;
}

let open: OpenConnections;
process.on("message", async (order: Order) => {
  if ("figures" in order) {
    process.send?.(await figuresOf(open, order.figures));
    return;
  }
  const { ports } = await startGateway(order.start);
  open = new OpenConnections(ports);
  setInterval(look, looksEveryMs);
  delay.enable();
  process.send?.(ports);
});
process.once("disconnect", () => process.exit());
