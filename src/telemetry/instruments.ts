import type { Histogram } from "./histogram.ts";
import type { Labels } from "./series.ts";

/** Reads a metric: its values by their labels. */
export type Read<T> = () => Iterable<readonly [Labels, T]>;

/** A metric: its name in Prometheus, a sentence on what it counts, and how it is read. */
export type Instrument = { readonly name: string; readonly help: string } & (
  | { readonly kind: "counter" | "gauge"; readonly read: Read<number> }
  | { readonly kind: "histogram"; readonly read: Read<Histogram> }
);

/**
 * The registry of a process's metrics. Whoever has something to count keeps plain numbers and says here how to read them: counting
 * costs an addition, and everything else is done when somebody asks.
 */
export class Instruments {
  readonly #byName = new Map<string, Instrument>();

  /** What only goes up. */
  counter(name: string, help: string, read: Read<number>): void {
    this.#add({ kind: "counter", name, help, read });
  }

  /** What goes up and down. */
  gauge(name: string, help: string, read: Read<number>): void {
    this.#add({ kind: "gauge", name, help, read });
  }

  /** How values are spread. */
  histogram(name: string, help: string, read: Read<Histogram>): void {
    this.#add({ kind: "histogram", name, help, read });
  }

  /** Every metric, in the order they were added. */
  all(): Iterable<Instrument> {
    return this.#byName.values();
  }

  #add(instrument: Instrument): void {
    if (this.#byName.has(instrument.name)) throw new Error(`there are two metrics ${instrument.name}`);
    this.#byName.set(instrument.name, instrument);
  }
}
