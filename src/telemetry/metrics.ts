import { ownPackage } from "../own-package.ts";
import { CallMetrics } from "./call-metrics.ts";
import { Histogram } from "./histogram.ts";
import { Instruments } from "./instruments.ts";
import { addProcessMetrics } from "./process-metrics.ts";

/** What is known of the connections of some listeners. */
export interface ConnectionFigures {
  readonly open: number;
  readonly refused: number;
  /** Bytes. */
  readonly received: number;
  /** Bytes. */
  readonly sent: number;
}

const lagBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** All metrics of a gateway: one registry from its start to its end, whatever is reloaded in between. */
export class Metrics {
  readonly calls: CallMetrics;
  /** How late the event loop is, in seconds. */
  readonly lag = new Histogram(lagBounds);
  readonly #instruments = new Instruments();
  readonly #reloads = { ok: 0, refused: 0 };
  #lastReload: "ok" | "refused" = "ok";
  #writing: Promise<() => Promise<string>> | undefined;

  /** `connections`: by what their listeners are for. */
  constructor(connections: Readonly<Record<string, ConnectionFigures>>) {
    const instruments = this.#instruments;
    const build = { version: ownPackage.version, node: process.versions.node };
    instruments.gauge("sluice_build_info", "Always 1; the labels say what runs.", () => [[build, 1]]);
    this.calls = new CallMetrics(instruments);
    addConnections(instruments, Object.entries(connections));
    instruments.counter("sluice_config_reloads_total", "Reloads of the configuration, by their outcome: ok or refused.", () =>
      Object.entries(this.#reloads).map(([outcome, count]) => [{ outcome }, count] as const),
    );
    instruments.gauge("sluice_config_last_reload_successful", "1, or 0 after a configuration that was refused.", () => [
      [{}, this.#lastReload === "ok" ? 1 : 0],
    ]);
    instruments.histogram("sluice_event_loop_lag_seconds", "How late the event loop is, looked at fifty times a second.", () => [
      [{}, this.lag],
    ]);
    addProcessMetrics(instruments);
  }

  /** Counts a reload of the configuration, by what becomes of it. */
  async countReload<T>(reload: () => Promise<T>): Promise<T> {
    let outcome: "ok" | "refused" = "refused";
    try {
      const result = await reload();
      outcome = "ok";
      return result;
    } finally {
      this.#reloads[outcome] += 1;
      this.#lastReload = outcome;
    }
  }

  /** The metrics in Prometheus's text format 0.0.4. What writes it is loaded on first use: it is large, and not everybody asks. */
  async text(): Promise<string> {
    return (await this.#writer())();
  }

  /** Loads what writes the text, so that the first who asks need not wait for it, and nobody's stream either. */
  async prepare(): Promise<void> {
    await this.#writer();
  }

  #writer(): Promise<() => Promise<string>> {
    this.#writing ??= import("./prometheus-text.ts").then(({ prometheusText }) => prometheusText(this.#instruments));
    return this.#writing;
  }
}

function addConnections(instruments: Instruments, kinds: readonly (readonly [string, ConnectionFigures])[]): void {
  const read = (figure: keyof ConnectionFigures) => () =>
    kinds.map(([listener, figures]) => [{ listener }, figures[figure]] as const);
  instruments.gauge("sluice_connections", "Connections that are open.", read("open"));
  instruments.counter("sluice_connections_refused_total", "Connections that were one too many.", read("refused"));
  instruments.counter("sluice_received_bytes_total", "Bytes from clients, as they are on the wire.", read("received"));
  instruments.counter("sluice_sent_bytes_total", "Bytes to clients, as they are on the wire.", read("sent"));
}
