import { assemble } from "./assembly/assemble.ts";
import { checkCertificates } from "./assembly/check-certificates.ts";
import { GatewayError } from "./chat/error.ts";
import type { Calls } from "./chat/ports/calls.ts";
import { type Log, silentLog } from "./chat/ports/log.ts";
import { loopOf, newInstanceName } from "./chat/via.ts";
import { processEnvironment } from "./config/environment.ts";
import { fixedFields } from "./config/fixed-fields.ts";
import type { LoadedConfig } from "./config/load.ts";
import { ActiveCalls } from "./pipeline/active-calls.ts";
import { ByteBudget } from "./protocols/byte-budget.ts";
import { createRpc } from "./protocols/connect/index.ts";
import { dispatch } from "./protocols/dispatch.ts";
import type { HttpHandler } from "./protocols/exchange.ts";
import { Heartbeat } from "./protocols/heartbeat.ts";
import { ConnectionCount } from "./protocols/listener/connection-count.ts";
import { type Listener, type ListenOptions, listen } from "./protocols/listener/listener.ts";
import { Rest } from "./protocols/openai/rest.ts";
import type { Readiness } from "./protocols/ops/health-pages.ts";
import { opsPages } from "./protocols/ops/ops-pages.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { oldGenerationLimit } from "./telemetry/old-generation.ts";
import { ProcessLoad } from "./telemetry/process-load.ts";

/** A gateway that is put together and not listening yet. */
export interface Gateway {
  /**
   * Opens the listeners, all or none.
   * @returns the addresses of the main ones, `host:port` or `unix:/path`.
   * @throws Error when an address cannot be listened on; the gateway is closed then.
   */
  listen(): Promise<readonly { readonly address: string }[]>;
  /** The compiled pipeline, a line per stage. */
  describe(): string;
  /** What clients may ask for, ordered. */
  models(): readonly string[];
  /** The providers' names. */
  providers(): readonly string[];
  /** Where the pages for operators are, once it listens: on the admin listener, then on the metrics listener. */
  readonly pages: readonly string[];
  /** How many calls run. */
  readonly running: number;
  /**
   * Takes another configuration: new calls run under it, running ones keep theirs. Listeners and their limits stay as they are.
   * @returns the fields that differ and need a restart.
   * @throws ConfigError when the configuration cannot be used; the old one stays then.
   */
  reload(load: () => Promise<LoadedConfig>): Promise<readonly string[]>;
  /** Reads the listeners' certificates again; connections keep theirs. @throws Error when some cannot be used: those stay. */
  reloadCertificates(): Promise<void>;
  /**
   * Is not ready from now on, but still takes calls: for the time until everybody has heard.
   * @returns how long that is configured to be, in milliseconds.
   */
  beginDrain(): number;
  /**
   * Takes no new call, lets running ones finish for up to `timeoutMs` (default the configured drain timeout), cuts what is left with
   * the error `draining`, then ends.
   */
  close(timeoutMs?: number): Promise<void>;
}

/** Connections of the admin and of the metrics listener, so that nobody takes the main ones' file descriptors there. */
const opsConnections = 256;
/** How long what was cut may take to tell its client so. */
const goodbyeMs = 1000;
/** Made once: under load, the trace of where an error was made costs as much as the rest of a refusal. */
const refusals = {
  draining: new GatewayError("draining", "the gateway is going down", { retryAfterMs: 1000 }),
  memory: new GatewayError("overloaded", "the gateway is short of memory", { retryAfterMs: 1000 }),
  time: new GatewayError("overloaded", "the gateway is busy", { retryAfterMs: 1000 }),
} as const;

/**
 * Puts a gateway together from its configuration: providers, pipeline, routing, protocols.
 * @throws ConfigError when the configuration names what is not there, certificates included.
 */
export async function createGateway(first: LoadedConfig, deps: { readonly log?: Log } = {}): Promise<Gateway> {
  const log = deps.log ?? silentLog;
  const { server } = first.config;
  await checkCertificates(first);
  let loaded = first;
  const connections = {
    main: new ConnectionCount(server.maxConnections),
    admin: new ConnectionCount(opsConnections),
    metrics: new ConnectionCount(opsConnections),
  };
  const metrics = new Metrics(connections);
  const instance = newInstanceName();
  const assembling = { log, observer: metrics.calls, instance };
  let assembly = await assemble(loaded, assembling);
  metrics.calls.offer(assembly.models());
  let active = new ActiveCalls(assembly.calls);
  const retired = new Set<ActiveCalls>();
  let state: "starting" | "serving" | "draining" | "closed" = "starting";

  const refusalNow = (): GatewayError | undefined => {
    if (state === "closed") return refusals.draining;
    const excess = load.excess();
    return excess === undefined ? undefined : refusals[excess];
  };
  const calls: Calls = {
    admit(head) {
      const refusal = refusalNow() ?? loopOf(head.headers.via, instance);
      if (refusal === undefined) return active.admit(head);
      metrics.calls.began(head).ended(undefined, refusal, undefined);
      throw refusal;
    },
  };
  const readiness = (): Readiness => {
    const reasons = state === "serving" ? [] : [state === "starting" ? "not listening yet" : "draining"];
    return { ready: reasons.length === 0, reasons };
  };
  const requests = {
    calls,
    body: { maxBytes: server.maxRequestBytes, timeoutMs: server.timeouts.body },
    inFlight: new ByteBudget(server.maxInFlightBytes),
  };
  const nodeOptions = [processEnvironment().NODE_OPTIONS, ...process.execArgv].join(" ");
  const heapBytes = server.overload.heap * oldGenerationLimit(nodeOptions);
  const load = new ProcessLoad({ eventLoopLag: server.overload.eventLoopLag, heapBytes }, metrics.lag);
  const heartbeat = new Heartbeat(server.keepAlive);
  const rpc = createRpc({ ...requests, readiness });
  const browser = () => ({ allowedHosts: loaded.config.server.allowedHosts, origins: loaded.config.server.cors.origins });
  const handler = dispatch({ rest: new Rest({ ...requests, heartbeat }), rpc, readiness, browser });
  const listeners: Listener[] = [];

  async function close(timeoutMs = loaded.config.server.drainTimeout): Promise<void> {
    state = "closed";
    rpc.close();
    const all = [active, ...retired];
    const timer = setTimeout(() => {
      for (const each of all) each.cut(refusals.draining);
    }, timeoutMs);
    await Promise.all(listeners.map((listener) => listener.close(timeoutMs === 0 ? 0 : timeoutMs + goodbyeMs)));
    clearTimeout(timer);
    heartbeat.close();
    load.close();
    await assembly.close();
  }

  return {
    async listen() {
      const { timeouts } = server;
      const limits: Omit<ListenOptions, "at" | "connections"> = {
        silentMs: timeouts.silent,
        headersMs: timeouts.headers,
        bodyMs: timeouts.body,
        idleMs: timeouts.idle,
        writeMs: timeouts.write,
        keepAliveMs: server.keepAlive,
        maxHeaderBytes: server.maxHeaderBytes,
        maxStreamsPerConnection: server.maxStreamsPerConnection,
        maxRequestsPerConnection: server.maxRequestsPerConnection,
      };
      const open = async (kind: keyof typeof connections, at: ListenOptions["at"], handle: HttpHandler) => {
        listeners.push(await listen({ ...limits, at, connections: connections[kind] }, handle));
      };
      const pages = opsPages({ readiness, browser, metrics: () => metrics.text() });
      try {
        if (server.metrics !== undefined) await metrics.prepare();
        for (const at of server.listen) await open("main", at, handler);
        if (server.admin !== undefined) await open("admin", server.admin, pages);
        if (server.metrics !== undefined) await open("metrics", server.metrics, pages);
      } catch (error) {
        await close(0);
        throw error;
      }
      state = "serving";
      rpc.readinessChanged();
      return listeners.slice(0, server.listen.length).map(({ address }) => ({ address }));
    },
    describe: () => assembly.describe(),
    models: () => assembly.models(),
    providers: () => assembly.providers,
    get pages() {
      return listeners.slice(server.listen.length).map(({ address }) => address);
    },
    get running() {
      return [...retired].reduce((sum, { count }) => sum + count, active.count);
    },
    async reload(load) {
      const [next, assembled] = await metrics.countReload(async () => {
        const next = await load();
        return [next, await assemble(next, assembling)] as const;
      });
      const [oldAssembly, oldActive] = [assembly, active];
      const fixed = fixedFields(first.config, next.config);
      loaded = next;
      assembly = assembled;
      metrics.calls.offer(assembly.models());
      active = new ActiveCalls(assembled.calls);
      retired.add(oldActive);
      void oldActive.idle().then(() => {
        retired.delete(oldActive);
        return oldAssembly.close();
      });
      return fixed;
    },
    async reloadCertificates() {
      await Promise.all(listeners.map((listener) => listener.reloadTls()));
    },
    beginDrain() {
      if (state === "serving") state = "draining";
      rpc.readinessChanged();
      return loaded.config.server.drainDelay;
    },
    close,
  };
}
