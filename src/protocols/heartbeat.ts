/** A stream that is told when it has been silent for long. */
export interface Pulse {
  /** Set by the stream whenever it writes. */
  wrote: boolean;
  /** Ends it. */
  stop(): void;
}

const ticksPerBeat = 3;

/** Tells streams that have written nothing for a while to give a sign of life: one timer for all, and nothing per write but a flag. */
export class Heartbeat {
  readonly #streams = new Map<Pulse, { readonly beat: () => void; ticks: number }>();
  readonly #timer: NodeJS.Timeout;

  /** `quietMs`: how long a stream may be silent, a third more at the most. */
  constructor(quietMs: number) {
    this.#timer = setInterval(() => this.#tick(), quietMs / ticksPerBeat).unref();
  }

  /** Watches a stream until it is stopped. */
  add(beat: () => void): Pulse {
    const pulse: Pulse = { wrote: false, stop: () => void this.#streams.delete(pulse) };
    this.#streams.set(pulse, { beat, ticks: 0 });
    return pulse;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const [pulse, stream] of this.#streams) {
      stream.ticks = pulse.wrote ? 0 : stream.ticks + 1;
      pulse.wrote = false;
      if (stream.ticks < ticksPerBeat) continue;
      stream.ticks = 0;
      stream.beat();
    }
  }
}
