import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { createGateway, type Gateway } from "../../src/gateway.ts";
import { FakeUpstream, Gate, type Step, stall } from "../support/fake-upstream.ts";
import { inParallel } from "../support/in-parallel.ts";
import { readMetrics, type Scrape } from "../support/metrics-text.ts";
import { recorded, sse } from "../support/recorded-replies.ts";
import type { TestConfig } from "../support/running-gateway.ts";
import { openCall, questionOf, type Surface, surfaces, understand } from "../support/surfaces.ts";
import type { WireReply } from "../support/wire-call.ts";

let upstream: FakeUpstream;
let gateway: Gateway;
let url: string;

beforeAll(async () => {
  upstream = await FakeUpstream.start();
});
afterAll(() => upstream.close());
afterEach(() => {
  upstream.clear();
  return gateway.close(0);
});

/** Any free ports, and no call shed because the machine is busy. */
const quiet = { listen: ["127.0.0.1:0"], admin: "off", metrics: "127.0.0.1:0", overload: { eventLoopLag: "1m" } };

/** A configuration with an upstream that offers some models, and with metrics on any free port. */
function configOf(server: TestConfig["server"] = {}, models: string[] = ["m"]): Promise<LoadedConfig> {
  const config: TestConfig = {
    server: { ...quiet, ...server },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl, models } },
  };
  return loadConfig({ env: { SLUICE_CONFIG_JSON: JSON.stringify(config) } });
}

async function start(server?: TestConfig["server"]): Promise<void> {
  gateway = await createGateway(await configOf(server));
  const [listener] = await gateway.listen();
  url = `http://${listener?.address}`;
}

async function scrape(): Promise<Scrape> {
  return readMetrics(await (await fetch(`http://${gateway.pages[0]}/metrics`)).text());
}

/** Scrapes until something is so. */
async function scrapeUntil(is: (found: Scrape) => boolean): Promise<Scrape> {
  for (let tries = 0; tries < 2000; tries++) {
    const found = await scrape();
    if (is(found)) return found;
  }
  throw new Error("it never is");
}

const atRest = (found: Scrape) => Object.values(table(found, "sluice_calls_in_flight")).every((count) => count === 0);
const connectionsAre = (count: number) => (found: Scrape) => table(found, "sluice_connections").main === count;

/** A metric's values by those of its labels, which stand in alphabetical order of their names; of a histogram, how many there are. */
function table(found: Scrape, metric: string): Record<string, number> {
  const { type, values } = found.get(metric) ?? { type: "", values: new Map<string, number>() };
  const shown = [...values].filter(([series]) => type !== "histogram" || series.startsWith(`${metric}_count`));
  return Object.fromEntries(
    shown.map(([series, value]) => [[...series.matchAll(/="([^"]*)"/g)].map(([, label]) => label).join(" "), value]),
  );
}

/** How many series there are. */
function sizeOf(found: Scrape): number {
  return [...found.values()].reduce((sum, { values }) => sum + values.size, 0);
}

function ask(surface: Surface, model: string): Promise<WireReply> {
  return openCall(url, surface)
    .end(questionOf(surface, model, "hi"))
    .read();
}

const word = (content: string, finish_reason: string | null = null) =>
  sse({ id: "x", choices: [{ index: 0, delta: { content }, finish_reason }] });
const [restStream, restWhole] = surfaces.filter(({ protocol, version }) => protocol === "rest" && version === "1.1") as [
  Surface,
  Surface,
];

/** Has a call of a surface made and left alone by its client in the middle of the reply. */
async function leave(surface: Surface): Promise<void> {
  const steps: Step[] = surface.streamed ? [word("one"), stall] : ["{", stall];
  const asked = upstream.nextFor(({ body }) => body.includes('"leave"'), { steps });
  const call = openCall(url, surface).end(questionOf(surface, "up/m", "leave"));
  const { closed } = await asked;
  if (surface.streamed) await call.until("one");
  call.leave();
  await closed;
}

describe("calls", () => {
  it("are counted by protocol, operation, model and outcome, exactly, whatever becomes of them", async () => {
    await start();
    const calls: Record<string, number> = {};
    const durations: Record<string, number> = {};
    const expectCall = ({ protocol }: Surface, model: string, outcome: string) => {
      for (const [counts, key] of [
        [calls, `${model} chat ${outcome} ${protocol}`],
        [durations, `${model} chat ${outcome}`],
      ] as const) {
        counts[key] = (counts[key] ?? 0) + 1;
      }
    };
    for (const surface of surfaces) {
      upstream.always({ steps: [surface.streamed ? recorded.textStream : recorded.text] });
      for (const [model, label] of [
        ["up/m", "up/m"],
        ["up/unlisted", "other"],
      ] as const) {
        expect(understand(surface, await ask(surface, model)).finished).toBe(true);
        expectCall(surface, label, "ok");
      }
      expect(understand(surface, await ask(surface, "nobody/knows")).error?.code).toBe("model_not_found");
      expectCall(surface, "other", "model_not_found");
      upstream.next({ status: 500 });
      expect(understand(surface, await ask(surface, "up/m")).error?.code).toBe("upstream_error");
      expectCall(surface, "up/m", "upstream_error");
      await openCall(url, surface).end(Buffer.alloc(100, "[")).read();
      expectCall(surface, "none", "invalid_request");
      await leave(surface);
      expectCall(surface, "up/m", "cancelled");
    }
    const found = await scrapeUntil(atRest);
    expect(table(found, "sluice_calls_total")).toEqual(calls);
    expect(table(found, "sluice_call_duration_seconds")).toEqual(durations);
    expect(table(found, "sluice_calls_in_flight")).toEqual({
      "chat rest": 0,
      "chat grpc": 0,
      "chat grpc-web": 0,
      "chat connect": 0,
    });
    const streams = surfaces.filter(({ streamed }) => streamed).length;
    expect(table(found, "sluice_time_to_first_token_seconds")).toEqual({ "up/m": 2 * streams, other: streams });
    const { prompt_tokens, completion_tokens } = JSON.parse(recorded.text.toString()).usage;
    const replies = surfaces.length;
    expect(table(found, "sluice_tokens_total")).toEqual({
      "up/m prompt": replies * prompt_tokens,
      "up/m completion": replies * completion_tokens,
      "other prompt": replies * prompt_tokens,
      "other completion": replies * completion_tokens,
    });
  });

  it("that fail in the middle of their stream have its error for an outcome", async () => {
    await start();
    for (const surface of surfaces.filter(({ streamed }) => streamed)) {
      upstream.next({ steps: [word("one")] });
      expect(understand(surface, await ask(surface, "up/m")).error?.code).toBe("upstream_interrupted");
    }
    expect(table(await scrape(), "sluice_calls_total")).toEqual({
      "up/m chat upstream_interrupted rest": 2,
      "up/m chat upstream_interrupted grpc": 1,
      "up/m chat upstream_interrupted grpc-web": 1,
      "up/m chat upstream_interrupted connect": 2,
    });
  });

  it("of other operations are counted too", async () => {
    await start();
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    expect((await fetch(`${url}/v1/models/none`)).status).toBe(404);
    const found = await scrape();
    expect(table(found, "sluice_calls_total")).toEqual({ "none models ok rest": 1, "none models model_not_found rest": 1 });
    expect(table(found, "sluice_tokens_total")).toEqual({});
  });

  it("that are shed are counted as such", async () => {
    await start({ overload: { eventLoopLag: "20ms" } });
    upstream.always({ steps: [recorded.text] });
    const outcomes: Record<string, number> = {};
    while (outcomes["none chat overloaded rest"] === undefined) {
      for (const end = performance.now() + 150; performance.now() < end; ); // the event loop is late
      const { error } = understand(restWhole, await ask(restWhole, "up/m"));
      const key = error === undefined ? "up/m chat ok rest" : `none chat ${error.code} rest`;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
    }
    const found = await scrape();
    expect(table(found, "sluice_calls_total")).toEqual(outcomes);
    expect(table(found, "sluice_calls_in_flight")).toEqual({ "chat rest": 0 });
    const late = found.get("sluice_event_loop_lag_seconds")?.values;
    expect(late?.get('sluice_event_loop_lag_seconds_bucket{le="0.025"}')).toBeLessThan(
      late?.get("sluice_event_loop_lag_seconds_count{}") ?? 0,
    );
  });

  it("are in flight until they end, and every part of a stream is timed", async () => {
    await start();
    const gates = [new Gate(), new Gate()] as const;
    upstream.next({ steps: [word("one"), gates[0], word("two"), gates[1], word("three", "stop"), sse("[DONE]")] });
    const call = openCall(url, restStream).end(questionOf(restStream, "up/m", "hi"));
    await call.until("one");
    expect(table(await scrape(), "sluice_calls_in_flight")).toEqual({ "chat rest": 1 });
    gates[0].open();
    await call.until("two");
    gates[1].open();
    await call.read();
    const found = await scrapeUntil(atRest);
    expect(table(found, "sluice_time_to_first_token_seconds")).toEqual({ "up/m": 1 });
    expect(table(found, "sluice_time_between_chunks_seconds")).toEqual({ "up/m": 2 });
    const sum = (metric: string, labels: string) => found.get(metric)?.values.get(`${metric}_sum{${labels}}`) ?? Number.NaN;
    const parts =
      sum("sluice_time_to_first_token_seconds", 'model="up/m"') + sum("sluice_time_between_chunks_seconds", 'model="up/m"');
    expect(parts).toBeGreaterThan(0);
    expect(parts).toBeLessThanOrEqual(sum("sluice_call_duration_seconds", 'model="up/m",operation="chat",outcome="ok"'));
  });

  it("for 10,000 models that nobody offers make no series", { timeout: 300_000 }, async () => {
    await start();
    upstream.always({ steps: [recorded.text] });
    const agent = new Agent({ keepAlive: true });
    const post = async (model: string) => {
      const sent = request(`${url}/v1/chat/completions`, {
        method: "POST",
        agent,
        headers: { "content-type": "application/json" },
      });
      sent.end(questionOf(restWhole, model, "hi"));
      const [reply]: IncomingMessage[] = await once(sent, "response");
      if (reply !== undefined) await text(reply);
    };
    await post("up/0");
    await post("0");
    const before = await scrape();
    await inParallel(10_000, (at) => post(at % 10 === 0 ? `up/${at}` : `model-${at}","outcome="ok`));
    const after = await scrapeUntil(atRest);
    expect(sizeOf(after)).toBe(sizeOf(before));
    expect(table(after, "sluice_calls_total")).toEqual({ "other chat ok rest": 1001, "other chat model_not_found rest": 9001 });
    agent.destroy();
  });
});

describe("a reload", () => {
  it("keeps the counts, is counted, and has its new models told apart", async () => {
    await start();
    upstream.always({ steps: [recorded.text] });
    await ask(restWhole, "up/m");
    await ask(restWhole, "up/new");
    const before = table(await scrape(), "sluice_calls_total");
    expect(before).toEqual({ "up/m chat ok rest": 1, "other chat ok rest": 1 });
    await gateway.reload(() => configOf({}, ["new"]));
    expect(table(await scrape(), "sluice_calls_total")).toEqual(before);
    await ask(restWhole, "up/m");
    await ask(restWhole, "up/new");
    const found = await scrape();
    expect(table(found, "sluice_calls_total")).toEqual({
      "up/m chat ok rest": 2,
      "up/new chat ok rest": 1,
      "other chat ok rest": 1,
    });
    expect(table(found, "sluice_config_reloads_total")).toEqual({ ok: 1, refused: 0 });
    expect(table(found, "sluice_config_last_reload_successful")).toEqual({ "": 1 });
  });

  it("that is refused is counted until one is not", async () => {
    await start();
    const broken = Promise.withResolvers<LoadedConfig>();
    const reloads = [gateway.reload(() => broken.promise), gateway.reload(() => broken.promise)];
    expect(table(await scrape(), "sluice_config_last_reload_successful")).toEqual({ "": 1 });
    broken.reject(new Error("no such file"));
    for (const reload of reloads) await expect(reload).rejects.toThrow("no such file");
    const refused = await scrape();
    expect(table(refused, "sluice_config_reloads_total")).toEqual({ ok: 0, refused: 2 });
    expect(table(refused, "sluice_config_last_reload_successful")).toEqual({ "": 0 });
    await gateway.reload(() => configOf());
    const good = await scrape();
    expect(table(good, "sluice_config_reloads_total")).toEqual({ ok: 1, refused: 2 });
    expect(table(good, "sluice_config_last_reload_successful")).toEqual({ "": 1 });
  });
});

describe("connections", () => {
  it("are counted, and those over the cap", async () => {
    await start({ maxConnections: 2 });
    const { port } = new URL(url);
    const sockets: Socket[] = [];
    for (let at = 0; at < 2; at++) {
      sockets.push(connect(Number(port), "127.0.0.1"));
      await scrapeUntil(connectionsAre(at + 1));
    }
    const third = connect(Number(port), "127.0.0.1").end("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    expect(await text(third)).toMatch(/^HTTP\/1\.1 503 /);
    const found = await scrape();
    expect(table(found, "sluice_connections")).toMatchObject({ main: 2, admin: 0 });
    expect(table(found, "sluice_connections_refused_total")).toEqual({ main: 1, admin: 0, metrics: 0 });
    for (const socket of sockets) socket.destroy();
    await scrapeUntil(connectionsAre(0));
  });

  it.each(["1.1", "2"])("have their bytes counted while they are open and after, over HTTP/%s", async (version) => {
    await start();
    const target = new URL(url);
    let socket: Socket;
    let close: () => unknown;
    if (version === "1.1") {
      socket = connect(Number(target.port), "127.0.0.1");
      socket.write("GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n");
      await once(socket, "data");
      close = () => socket.end().resume();
    } else {
      socket = connect(Number(target.port), "127.0.0.1");
      const session = connectHttp2(url, { createConnection: () => socket });
      const stream = session.request({ ":path": "/v1/models" });
      await text(stream);
      close = () => session.close();
    }
    const open = await scrape();
    expect(table(open, "sluice_connections")).toMatchObject({ main: 1 });
    expect(table(open, "sluice_received_bytes_total").main).toBe(socket.bytesWritten);
    expect(table(open, "sluice_sent_bytes_total").main).toBe(socket.bytesRead);
    expect(socket.bytesRead).toBeGreaterThan(200);
    const gone = once(socket, "close");
    close();
    await gone;
    const closed = await scrapeUntil(connectionsAre(0));
    expect(table(closed, "sluice_received_bytes_total").main).toBe(socket.bytesWritten);
    expect(table(closed, "sluice_sent_bytes_total").main).toBe(socket.bytesRead);
  });
});

describe("the page", () => {
  it("is on the admin and the metrics listener, and on no other", async () => {
    await start({ admin: "127.0.0.1:0" });
    for (const page of gateway.pages) {
      const reply = await fetch(`http://${page}/metrics?name[]=ignored`);
      expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
      expect(readMetrics(await reply.text()).size).toBeGreaterThan(15);
      const head = await fetch(`http://${page}/metrics`, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      const post = await fetch(`http://${page}/metrics`, { method: "POST" });
      expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect((await fetch(`http://${page}/readyz`)).status).toBe(200);
      expect((await fetch(`http://${page}/v1/models`)).status).toBe(404);
    }
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  it("is for no web page that has a name of its own for this machine", async () => {
    await start();
    const sent = request(`http://${gateway.pages[0]}/metrics`, { headers: { host: "evil.example" } }).end();
    const [reply]: IncomingMessage[] = await once(sent, "response");
    expect(reply?.resume().statusCode).toBe(403);
  });

  it("says what runs, and of the process what the system says", async () => {
    await start();
    const found = await scrape();
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
    expect(found.get("sluice_build_info")?.values).toEqual(
      new Map([[`sluice_build_info{node="${process.versions.node}",version="${version}"}`, 1]]),
    );
    const value = (metric: string) => table(found, metric)[""] ?? Number.NaN;
    const rss = process.memoryUsage.rss();
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(rss / 2);
    expect(value("process_resident_memory_bytes")).toBeLessThan(rss * 2);
    expect(value("nodejs_heap_size_used_bytes")).toBeLessThan(value("nodejs_heap_size_limit_bytes"));
    expect(value("process_start_time_seconds")).toBeCloseTo(Date.now() / 1000 - process.uptime(), 0);
    const { user, system } = process.cpuUsage();
    expect(value("process_cpu_seconds_total")).toBeLessThanOrEqual((user + system) / 1e6);
    expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  });
});
