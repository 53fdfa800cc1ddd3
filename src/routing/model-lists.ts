import { GatewayError } from "../chat/error.ts";
import { Lease } from "../chat/lease.ts";
import type { Clock } from "../chat/ports/clock.ts";
import type { Log } from "../chat/ports/log.ts";
import type { OfferedModel, Provider } from "../providers/provider.ts";

/** How vendors are asked for their models. */
export interface ModelListsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a list is taken for true, in milliseconds. */
  readonly maxAgeMs: number;
}

/** How long a vendor may take to tell its models, in milliseconds. */
const longestMs = 2000;
/** How long a vendor that has failed is not asked again, in milliseconds. */
const restMs = 30_000;

/** What providers offer: what they are known to, and what their vendors told last. */
export class ModelLists {
  readonly #options: ModelListsOptions;
  readonly #lists = new Map<Provider, VendorList>();

  constructor(providers: Iterable<Provider>, options: ModelListsOptions) {
    this.#options = options;
    for (const provider of providers) this.#lists.set(provider, { told: [], until: Number.NEGATIVE_INFINITY, asking: undefined });
  }

  /** The models of a provider as far as they are known now. */
  of(provider: Provider): readonly OfferedModel[] {
    const known = new Map(provider.models().map((model) => [model.id, model]));
    for (const model of this.#lists.get(provider)?.told ?? []) known.set(model.id, model);
    return [...known.values()];
  }

  /**
   * Asks every vendor whose list is old, all at once and two seconds at the most; whoever waits for one already waits with it. One that
   * fails keeps the list it had, and is left alone for half a minute. Never rejects.
   */
  async refresh(): Promise<void> {
    const now = this.#options.clock.now();
    await Promise.all(
      [...this.#lists].map(([provider, list]) => {
        if (list.asking === undefined && provider.listModels !== undefined && list.until <= now) {
          list.asking = this.#ask(provider, list).finally(() => {
            list.asking = undefined;
          });
        }
        return list.asking;
      }),
    );
  }

  async #ask(provider: Provider, list: VendorList): Promise<void> {
    const { clock, log, maxAgeMs } = this.#options;
    const lease = new Lease();
    const late = () =>
      lease.close(new GatewayError("upstream_timeout", "the upstream took too long", { provider: provider.name }));
    const cancel = clock.after(longestMs, late);
    const ended = new Promise<never>((_, reject) => {
      lease.onClose((error) => error !== undefined && reject(error));
    });
    try {
      list.told = await Promise.race([provider.listModels?.(lease) ?? [], ended]);
      list.until = clock.now() + maxAgeMs;
    } catch (error) {
      list.until = clock.now() + Math.min(restMs, maxAgeMs);
      log.warn({ provider: provider.name, code: GatewayError.from(error).code }, "the provider did not tell its models");
    } finally {
      cancel();
      lease.close();
    }
  }
}

interface VendorList {
  told: readonly OfferedModel[];
  /** Until when it need not be asked. */
  until: number;
  asking: Promise<void> | undefined;
}
