// `npm run soak -- --minutes 30`: the real command under mixed load on all protocols, with clients that leave and an upstream that
// fails. Prints the curve of its memory, and ends with 1 when memory or handles grow, a call hangs or a lease stays open.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { ChatCompletionService } from "#gen/sluice/chat/v1/chat_completion_service_pb";
import { Role } from "#gen/sluice/chat/v1/chat_message_pb";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, lanes: { type: "string", default: "24" } },
});
const [minutes, lanes] = [Number(values.minutes), Number(values.lanes)];
const mebi = 1024 * 1024;
const hungAfterMs = 60_000;
const folder = mkdtempSync(join(tmpdir(), "sluice-soak-"));

const upstream = fork(join(import.meta.dirname, "upstream.mjs"));
const [upstreamPort] = await once(upstream, "message");
const config = join(folder, "sluice.yaml");
const socketPath = join(folder, "sluice.sock");
writeFileSync(
  config,
  JSON.stringify({
    server: {
      listen: ["127.0.0.1:0", `unix:${socketPath}`],
      admin: "off",
      metrics: "127.0.0.1:0",
      drainDelay: "0s",
      overload: { eventLoopLag: "1m" },
    },
    providers: { up: { type: "openai-compatible", baseUrl: `http://127.0.0.1:${upstreamPort}/v1` } },
    pipeline: {
      use: ["logging", "requestMetadata", { literalGuard: { literals: ["word 7 "], action: "redact", replacement: "[seven] " } }],
    },
  }),
);
const gateway = spawn(
  process.execPath,
  [
    ...["-C", "source", "--expose-gc", "--import", join(import.meta.dirname, "../measurements.mjs")],
    ...[join(import.meta.dirname, "../../src/main.ts"), "serve", "--config", config],
  ],
  { stdio: ["ignore", "pipe", "inherit", "ipc"] },
);
const [base, metrics] = await new Promise<readonly [string, string]>((resolve, reject) => {
  gateway.stdout?.setEncoding("utf8").on("data", (part: string) => {
    const found = /"addresses":\["([^"]+)".*"pages":\["([^"]+)"/.exec(part);
    if (found !== null) resolve([`http://${found[1]}`, `http://${found[2]}/metrics`]);
  });
  gateway.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
});

interface Tally {
  ended: number;
  failed: number;
  left: number;
  hung: number;
}
const tally: Tally = { ended: 0, failed: 0, left: 0, hung: 0 };
/** One call; resolves when it is over, however. */
type Call = (signal: AbortSignal) => Promise<unknown>;

const rest =
  (streamed: boolean, unix: boolean): Call =>
  async (signal) => {
    const target = unix ? { socketPath } : { host: "127.0.0.1", port: new URL(base).port };
    const request = httpRequest({
      ...target,
      method: "POST",
      path: "/v1/chat/completions",
      headers: { "content-type": "application/json" },
      signal,
    });
    request.end(JSON.stringify({ model: "up/m", stream: streamed, messages: [{ role: "user", content: "hello ".repeat(50) }] }));
    const [response] = await once(request, "response");
    for await (const _ of response);
    if (response.statusCode !== 200) throw new Error(String(response.statusCode));
  };
const rpc = (transport: Transport, streamed: boolean): Call => {
  const client = createClient(ChatCompletionService, transport);
  const message = { model: "up/m", messages: [{ role: Role.USER, content: "hello ".repeat(50) }] };
  return async (signal) => {
    if (!streamed) return client.createChatCompletion(message, { signal });
    for await (const _ of client.streamChatCompletion(message, { signal }));
  };
};
const transports = [
  createGrpcTransport({ baseUrl: base }),
  createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1" }),
  createConnectTransport({ baseUrl: base, httpVersion: "1.1" }),
  createConnectTransport({ baseUrl: base, httpVersion: "2" }),
];
const calls: readonly Call[] = [true, false].flatMap((streamed) => [
  rest(streamed, false),
  rest(streamed, true),
  ...transports.map((transport) => rpc(transport, streamed)),
]);

let loading = true;
async function lane(): Promise<void> {
  while (loading) {
    const controller = new AbortController();
    const leaves = Math.random() < 0.2 ? setTimeout(() => controller.abort(), Math.random() * 150) : undefined;
    const call = calls[Math.floor(Math.random() * calls.length)] as Call; // there are some
    const over = call(controller.signal).then(
      () => "ended" as const,
      () => (controller.signal.aborted ? ("left" as const) : ("failed" as const)),
    );
    tally[await Promise.race([over, sleep(hungAfterMs, "hung" as const, { ref: false })])] += 1;
    clearTimeout(leaves);
    await sleep(Math.random() * 40);
  }
}

interface Sample {
  readonly minute: number;
  readonly rssMiB: number;
  /** The JavaScript heap and what it holds outside, after a collection. */
  readonly usedMiB: number;
  readonly handles: number;
}
const pid = gateway.pid ?? 0;
const sample = async (startedAt: number): Promise<Sample> => ({
  minute: (performance.now() - startedAt) / 60_000,
  rssMiB: (Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / mebi,
  usedMiB: await usedMiB(),
  handles: readdirSync(`/proc/${pid}/fd`).length,
});

/** What the gateway has in use when it has been made to collect: when V8 would collect by itself says nothing of leaks. */
async function usedMiB(): Promise<number> {
  const reply = once(gateway, "message");
  gateway.send({ gc: true });
  const [{ heapBytes }] = (await reply) as [{ readonly heapBytes: number }];
  return heapBytes / mebi;
}

/** Calls that the gateway says still run: every lease that is open. */
async function callsInFlight(): Promise<number> {
  const page = await (await fetch(metrics)).text();
  return [...page.matchAll(/^sluice_calls_in_flight\{.*\} (\d+)$/gm)].reduce((sum, [, running]) => sum + Number(running), 0);
}

/** The slope of the line through the points, by least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [mx, my] = [0, 1].map((at) => points.reduce((sum, point) => sum + (point[at as 0 | 1] ?? 0), 0) / points.length) as [
    number,
    number,
  ];
  const above = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const startedAt = performance.now();
const samples: Sample[] = [];
const running = Array.from({ length: lanes }, lane);
while (performance.now() - startedAt < minutes * 60_000) {
  await sleep(5000);
  const now = await sample(startedAt);
  samples.push(now);
  if (samples.length % 12 === 0 || minutes < 2) {
    const bar = "#".repeat(Math.round(now.rssMiB / 4));
    console.log(
      `${now.minute.toFixed(1).padStart(5)} min ${now.rssMiB.toFixed(1).padStart(6)} MiB resident ${now.usedMiB.toFixed(1).padStart(6)} MiB used ${String(now.handles).padStart(4)} handles ${bar}`,
    );
  }
}
loading = false;
await Promise.all(running);
let open = await callsInFlight();
for (let tries = 0; open > 0 && tries < 100; tries++) {
  await sleep(50);
  open = await callsInFlight();
}

const quiet = samples.filter(({ minute }) => minute >= Math.min(5, minutes / 3));
const perMinute = slope(quiet.map(({ minute, usedMiB }) => [minute, usedMiB]));
const residentPerMinute = slope(quiet.map(({ minute, rssMiB }) => [minute, rssMiB]));
const handlesPerMinute = slope(quiet.map(({ minute, handles }) => [minute, handles]));
gateway.kill("SIGTERM");
const [code] = await once(gateway, "exit");
upstream.kill();
rmSync(folder, { recursive: true, force: true });

console.log(
  `calls: ${tally.ended} ended well, ${tally.failed} failed as the upstream did, ${tally.left} left by their clients, ${tally.hung} hung`,
);
console.log(
  `memory after warm-up: in use ${perMinute.toFixed(3)} MiB a minute, resident ${residentPerMinute.toFixed(3)}; handles: ${handlesPerMinute.toFixed(3)} a minute; leases open at the end: ${open}; exit code ${code}`,
);
process.exitCode = perMinute < 1 && Math.abs(handlesPerMinute) < 1 && tally.hung === 0 && open === 0 && code === 0 ? 0 : 1;
process.exit();
