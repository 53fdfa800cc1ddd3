import type { GatewayError } from "../chat/error.ts";
import type { Lease } from "../chat/lease.ts";
import { isPromise, type MaybePromise } from "../chat/maybe-promise.ts";
import type { Admitted, Calls } from "../chat/ports/calls.ts";
import type { RequestHead } from "../chat/request-head.ts";

/** Calls that are counted while they run: each by its lease, whatever ends it. */
export class ActiveCalls implements Calls {
  readonly #calls: Calls;
  readonly #leases = new Set<Lease>();
  #idle: (() => void)[] = [];

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** How many run. */
  get count(): number {
    return this.#leases.size;
  }

  admit(head: RequestHead): MaybePromise<Admitted> {
    const { lease } = head;
    this.#leases.add(lease);
    lease.onClose(() => this.#ended(lease));
    const failed = (error: unknown): never => {
      this.#ended(lease);
      throw error;
    };
    try {
      const admitted = this.#calls.admit(head);
      return isPromise(admitted) ? admitted.catch(failed) : admitted;
    } catch (error) {
      return failed(error);
    }
  }

  /** Ends every running call with an error. */
  cut(error: GatewayError): void {
    for (const lease of [...this.#leases]) lease.close(error);
  }

  /** Resolves as soon as no call runs. */
  idle(): Promise<void> {
    if (this.#leases.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #ended(lease: Lease): void {
    if (!this.#leases.delete(lease) || this.#leases.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
