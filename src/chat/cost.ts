import { create } from "@bufbuild/protobuf";
import { type Cost, CostSchema } from "#gen/sluice/chat/v1/cost_pb";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "./immutable.ts";

/** What a model's tokens cost, in US dollars per million. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Tokens of the prompt that the vendor's cache had. Default as `input`. */
  readonly cachedInput?: number | undefined;
  /** Tokens of the prompt that were written to the vendor's cache. Default as `input`. */
  readonly cacheWrite?: number | undefined;
}

/** Tokens, and what they cost. */
export interface Charge {
  readonly usage: Immutable<Usage>;
  readonly price: Price;
}

const decimals = 12;
/** From tokens times a price of so many decimals, per million, to billionths of a dollar. */
const divisor = 10n ** BigInt(decimals + 6 - 9);

/**
 * What a call's attempts cost together, in billionths of a US dollar: exact in between, and rounded once, half to even. The parts add
 * up to the whole.
 */
export function costOf(charges: readonly Charge[]): Cost {
  let prompt = 0n;
  let completion = 0n;
  for (const { usage, price } of charges) {
    const { promptTokens, promptTokensDetails } = usage;
    const cached = Math.min(promptTokensDetails?.cachedTokens ?? 0, promptTokens);
    const written = Math.min(promptTokensDetails?.cacheWriteTokens ?? 0, promptTokens - cached);
    prompt += times(promptTokens - cached - written, price.input);
    prompt += times(cached, price.cachedInput ?? price.input);
    prompt += times(written, price.cacheWrite ?? price.input);
    completion += times(usage.completionTokens, price.output);
  }
  const totalNanoUsd = halfEven(prompt + completion);
  const promptNanoUsd = halfEven(prompt);
  return create(CostSchema, { totalNanoUsd, promptNanoUsd, completionNanoUsd: totalNanoUsd - promptNanoUsd });
}

/** An amount of billionths of a US dollar as a decimal number of dollars, without zeros at its end. */
export function usdText(nanoUsd: bigint): string {
  const digits = String(nanoUsd).padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "");
}

function times(tokens: number, usdPerMillion: number): bigint {
  return BigInt(tokens) * BigInt(usdPerMillion.toFixed(decimals).replace(".", ""));
}

function halfEven(amount: bigint): bigint {
  const whole = amount / divisor;
  const twice = (amount % divisor) * 2n;
  return twice > divisor || (twice === divisor && whole % 2n === 1n) ? whole + 1n : whole;
}
