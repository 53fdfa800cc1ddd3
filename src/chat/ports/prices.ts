import type { Price } from "../cost.ts";

/** Knows what models cost. */
export interface Prices {
  /**
   * The price of a provider's model; undefined: it is not known.
   * @param provider the provider's name in the configuration.
   * @param model its own name of the model.
   */
  of(provider: string, model: string): Price | undefined;
}

/** Knows no price. */
export const noPrices: Prices = { of: () => undefined };
