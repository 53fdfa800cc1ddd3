import type { ParamPolicy } from "../../codec/left-out-params.ts";

/** What a configuration says of the parameters of a provider's requests. */
export interface ParamSettings {
  /** What to do with parameters that the vendor does not take, where the model's target does not say. Default `drop`. */
  readonly unsupportedParams?: ParamPolicy | undefined;
  /** Names of the vendor's own options (`extensions`) that may pass. Default a list that the gateway ships. */
  readonly allowedOptions?: readonly string[] | undefined;
}
