import type { Price } from "../cost.ts";
import type { Prices } from "./prices.ts";

/** What is known of a model. */
export interface ModelFacts {
  /** Tokens of a prompt and its reply together, at the most. */
  readonly contextWindow?: number | undefined;
  /** Tokens of a reply at the most. */
  readonly maxOutputTokens?: number | undefined;
  /** What it reads: `text`, `image`, `audio`, `video`, `pdf`; empty when unknown. */
  readonly inputModalities: readonly string[];
  /** What it makes: `text`, `image`, `audio`, `video`, `embedding`; empty when unknown. */
  readonly outputModalities: readonly string[];
  readonly price?: Price | undefined;
}

/** Knows models, whoever offers them. */
export interface KnownModels extends Prices {
  /** What is known of a provider's model, by the provider's name in the configuration and its own of the model; undefined: nothing. */
  facts(provider: string, model: string): ModelFacts | undefined;
}
