/** The state of a service, by gRPC's names. */
export type ServingStatus = "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

/** Is told about the health of one service. */
export interface HealthWatcher {
  changed(status: ServingStatus): void;
  /** There will be no more changes: the server is going. */
  ended(): void;
}

/** Tells which services can take calls: all or none, as the server is ready or not. The empty name stands for the server. */
export class ServiceHealth {
  /** The names it knows, the server's own first. */
  readonly services: readonly string[];
  readonly #ready: () => boolean;
  readonly #watchers = new Map<HealthWatcher, { readonly service: string; last: ServingStatus }>();
  #ended = false;

  constructor(services: readonly string[], ready: () => boolean) {
    this.services = ["", ...services];
    this.#ready = ready;
  }

  /** The state of a service now. */
  status(service: string): ServingStatus {
    if (!this.services.includes(service)) return "SERVICE_UNKNOWN";
    return !this.#ended && this.#ready() ? "SERVING" : "NOT_SERVING";
  }

  /** Tells the state of a service at once and at every change. Returns what ends that. */
  watch(service: string, watcher: HealthWatcher): () => void {
    const last = this.status(service);
    watcher.changed(last);
    if (this.#ended) watcher.ended();
    else this.#watchers.set(watcher, { service, last });
    return () => this.#watchers.delete(watcher);
  }

  /** Looks again, and tells the watchers what has changed. */
  refresh(): void {
    for (const [watcher, watch] of this.#watchers) {
      const status = this.status(watch.service);
      if (status === watch.last) continue;
      watch.last = status;
      watcher.changed(status);
    }
  }

  /** Nothing is served from now on; all watches end, so that their connections can. */
  close(): void {
    this.#ended = true;
    this.refresh();
    const watchers = [...this.#watchers.keys()];
    this.#watchers.clear();
    for (const watcher of watchers) watcher.ended();
  }
}
