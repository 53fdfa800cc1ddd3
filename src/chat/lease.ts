import type { GatewayError } from "./error.ts";

/** Frees something a call held. Gets the error that ended the call, or undefined after a good end. Must not throw. */
export type Release = (error: GatewayError | undefined) => void;

/**
 * Holds everything that must be let go when a call, or one attempt of it, ends: upstream request, slot, reservation, timer.
 * Closed exactly once; what is added to a closed lease is released at once. Releases run in reverse order, children first.
 */
export class Lease {
  #parent: Lease | undefined;
  #releases: Release[] = [];
  #children: Set<Lease> | undefined;
  #controller: AbortController | undefined;
  #closed = false;
  #error: GatewayError | undefined;

  constructor(parent?: Lease) {
    this.#parent = parent;
  }

  /** Whether the lease has been closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The error it was closed with; undefined while open and after a good end. */
  get error(): GatewayError | undefined {
    return this.#error;
  }

  /** Aborts, with the error as its reason, when the lease is closed with an error. Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#error !== undefined) this.#controller.abort(this.#error);
    }
    return this.#controller.signal;
  }

  /** Adds what must be freed at the end. On a closed lease it is freed now. */
  onClose(release: Release): void {
    if (this.#closed) release(this.#error);
    else this.#releases.push(release);
  }

  /** A lease that ends no later than this one. */
  child(): Lease {
    const child = new Lease(this);
    if (this.#closed) child.close(this.#error);
    else {
      this.#children ??= new Set();
      this.#children.add(child);
    }
    return child;
  }

  private forget(child: Lease): void {
    this.#children?.delete(child);
  }

  /** Ends the lease: good without an error. Every call after the first does nothing. */
  close(error?: GatewayError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#parent?.forget(this);
    if (this.#children !== undefined) {
      for (const child of [...this.#children]) child.close(error);
      this.#children = undefined;
    }
    if (error !== undefined) this.#controller?.abort(error);
    for (let i = this.#releases.length - 1; i >= 0; i--) this.#releases[i]?.(error);
    this.#releases = [];
    this.#parent = undefined;
  }
}
