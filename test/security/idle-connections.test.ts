import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Order, Reception } from "../support/idle-clients-process.ts";
import { IsolatedGateway } from "../support/isolated-gateway.ts";
import { within } from "../support/within.ts";

const [clients, most] = [10_000, 9000];
const kibi = 1024;
const mebi = 1024 * kibi;
const boundMs = 60_000;
/** What an idle connection may take, of which half are HTTP/2: in JavaScript, and in all. */
const [usedEach, residentEach] = [16 * kibi, 64 * kibi];
let gateway: IsolatedGateway;
let idle: ChildProcess;

beforeAll(async () => {
  gateway = await IsolatedGateway.start({ server: { maxConnections: most, timeouts: { idle: "10m" } } });
  idle = fork(join(import.meta.dirname, "../support/idle-clients-process.ts"), { execArgv: ["-C", "source"] });
});
afterAll(async () => {
  const gone = once(idle, "exit");
  idle.disconnect();
  await Promise.all([gone, gateway.close()]);
});

async function ask<Answer>(order: Order): Promise<Answer> {
  const answered = once(idle, "message");
  idle.send(order);
  const [answer] = await within(boundMs, "the idle clients", answered);
  return answer as Answer; // what they send for this order
}

it("idle connections are kept up to the cap, told in words beyond it, and hurt nobody", async () => {
  const before = await gateway.figures("alone");
  await gateway.attack(
    `${clients} idle connections, ${most} allowed`,
    async () => {
      const { kept, refused, others } = await ask<Reception>({ port: gateway.port, count: clients });
      expect(others).toEqual([]);
      const { connections, used, resident } = await gateway.figures("now");
      expect(connections).toBe(most);
      expect(refused["1.1"] + refused["2"]).toBeGreaterThanOrEqual(clients - most);
      expect((used - before.used) / connections).toBeLessThan(usedEach);
      expect(await ask("leave")).toBe("left");
      const inMebi = (bytes: number) => (bytes / mebi).toFixed(1);
      return (
        `${kept["1.1"]} of HTTP/1.1 and ${kept["2"]} of HTTP/2 kept, ${refused["1.1"]} told 503 and ${refused["2"]} told GOAWAY; ` +
        `memory ${inMebi(before.used)} MiB before, ${inMebi(used)} MiB with them; process ${inMebi(before.resident)} MiB before, ${inMebi(resident)} MiB with them`
      );
    },
    { left: 16 * mebi, resident: most * residentEach },
  );
});

it("the connections that have left leave room for others", async () => {
  const { kept, refused, others } = await ask<Reception>({ port: gateway.port, count: 200 });
  expect({ kept, refused, others }).toEqual({ kept: { "1.1": 100, "2": 100 }, refused: { "1.1": 0, "2": 0 }, others: [] });
  await ask("leave");
});
