// A gateway in a process of its own that tells its parent what an attack costs: its port at first, then, whenever it is asked, its memory
// and how many streams were handled of the ports that are named.
import { loadConfig } from "../../src/config/load.ts";
import { createGateway } from "../../src/gateway.ts";
import { HandledStreams } from "../support/handled-streams.ts";
import { usedMemory } from "../support/used-memory.ts";

/** What the process says when it is asked. */
export interface GatewayState {
  /** Bytes in use when what is not has been collected, and bytes of the process in RAM. */
  readonly used: number;
  readonly resident: number;
  /** Streams handled, for each port that was asked about. */
  readonly handled: readonly number[];
}

const handled = new HandledStreams();
const server = { listen: ["127.0.0.1:0"], admin: "off" };
const gateway = await createGateway(await loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify({ server }) } }));
const [listener] = await gateway.listen();
process.on("message", async (ports: readonly number[]) => {
  const used = await usedMemory();
  const state: GatewayState = { used, resident: process.memoryUsage.rss(), handled: ports.map((port) => handled.from(port)) };
  process.send?.(state);
});
process.once("disconnect", () => void gateway.close(0));
process.send?.({ port: Number(listener?.address.split(":").at(-1)) });
