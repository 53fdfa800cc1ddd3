// Rapid reset (CVE-2023-44487) beside somebody else's work: gateway, attacker and client are a process each. Prints how long the client's
// calls take alone, beside one attack and beside attacks without end, how many streams of an attack are handled, and the gateway's memory.
// Fails when a call of the client fails otherwise than by a refusal because the gateway is busy, when too much of an attack is handled, or when memory stays.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { quantile } from "../../bench/statistics.ts";
import { type ChatClient, chatClients } from "../support/chat-client.ts";
import type { GatewayState } from "./rapid-reset-gateway.ts";
import type { AttackReport } from "./reset-attacker.ts";

const phaseMs = 10_000;
/** As in `rapid-reset.test.ts`: 1,000 at once, and what is noticed too late. */
const mostHandled = 2500;
const mostMemory = 8 * 1024 * 1024;
const mebi = 1024 * 1024;
/** How gRPC says that a call was refused before it was one. */
const unavailable = "14";

const faults: string[] = [];
const gateway = start("rapid-reset-gateway.ts");
const [{ port }] = (await once(gateway, "message")) as [{ readonly port: number }];
const url = `http://127.0.0.1:${port}`;

function start(file: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { execArgv: ["-C", "source"] });
}

async function stateOf(ports: readonly number[] = []): Promise<GatewayState> {
  gateway.send(ports);
  const [state] = (await once(gateway, "message")) as [GatewayState];
  return state;
}

/** Starts an attacker; `attacks` 0 for no end. */
function attack(attacks: number): { readonly reports: AttackReport[]; readonly over: Promise<unknown>; stop(): void } {
  const attacker = start("reset-attacker.ts", String(port), String(attacks));
  const reports: AttackReport[] = [];
  attacker.on("message", (report: AttackReport) => reports.push(report));
  return { reports, over: once(attacker, "exit"), stop: () => void attacker.kill() };
}

/** Calls for ten seconds, or until something is over, one call at a time; prints how long each client's took. */
async function work(what: string, over?: Promise<unknown>): Promise<void> {
  let end = over === undefined ? performance.now() + phaseMs : Number.POSITIVE_INFINITY;
  void over?.then(() => {
    end = 0;
  });
  await Promise.all(chatClients.map((open) => call(what, open(url), () => performance.now() < end)));
}

async function call(what: string, client: ChatClient, isOn: () => boolean): Promise<void> {
  const took: number[] = [];
  let [failed, refused] = [0, 0];
  while (isOn()) {
    const now = performance.now();
    const { complete, code, response, fields } = await client.ask({ model: "demo/echo", streamed: true });
    took.push(performance.now() - now);
    if (complete && code === undefined && response.choices[0]?.message?.content === "hi") continue;
    if (code === "overloaded" || fields["grpc-status"] === unavailable) {
      refused += 1;
      continue;
    }
    failed += 1;
    if (failed === 1) faults.push(`a ${client.protocol} call ${what} failed: ${code ?? "cut"}`);
  }
  client.close();
  const figure = (q: number) => `${quantile(took, q).toFixed(2)} ms`;
  const times = `p50 ${figure(0.5)}, p99 ${figure(0.99)}, longest ${figure(1)}`;
  console.log(`${what}: ${client.protocol} ${took.length} calls, ${refused} refused as overloaded, ${failed} failed, ${times}`);
}

/** Prints what came of attacks, which are over. */
async function tell(what: string, reports: readonly AttackReport[]): Promise<void> {
  const { handled } = await stateOf(reports.map(({ from }) => from));
  const most = Math.max(...handled);
  const codes = [...new Set(reports.map(({ goaway }) => goaway ?? "none"))].join(", ");
  const sent = reports.reduce((sum, report) => sum + report.sent, 0);
  console.log(
    `${what}: ${reports.length} connections, ${sent} streams sent, GOAWAY ${codes}; ` +
      `handled of each: median ${quantile(handled, 0.5)}, at most ${most}`,
  );
  if (reports.length === 0) faults.push(`${what}: there was none`);
  if (most > mostHandled) faults.push(`${what}: ${most} streams of a connection were handled`);
}

/** Prints the memory, and gives what is in use. */
async function memory(what: string): Promise<number> {
  const { used, resident } = await stateOf();
  console.log(`memory ${what}: ${(used / mebi).toFixed(1)} MiB in use, ${(resident / mebi).toFixed(1)} MiB resident`);
  return used;
}

try {
  const warm = attack(3);
  await work("to warm up", warm.over);
  const before = await memory("before");
  await work("alone");

  const single = attack(1);
  await work("beside one attack", single.over);
  await tell("one attack", single.reports);
  await memory("after one attack");

  const endless = attack(0);
  await work("beside attacks without end");
  endless.stop();
  await endless.over;
  await tell("attacks without end", endless.reports);
  const grown = (await memory("after attacks without end")) - before;
  if (grown > mostMemory) faults.push(`${(grown / mebi).toFixed(1)} MiB of memory stayed in use`);
  await work("alone again");
} finally {
  gateway.disconnect();
}
await once(gateway, "exit");
for (const fault of faults) console.log(`FAULT: ${fault}`);
console.log(faults.length === 0 ? "no call of the client was cut, and memory is back" : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
