import type { ParamPolicy } from "../../codec/left-out-params.ts";
import type { ParamSettings } from "./param-settings.ts";

/** What becomes of the parameters of one API's requests. */
export interface ParamRules {
  /** What to do with those that the vendor does not take, where the call does not say. */
  readonly unsupported: ParamPolicy;
  /** Names of the vendor's own options that may pass. */
  readonly allowedOptions: ReadonlySet<string>;
}

/** The rules that the settings make. @param shipped the vendor's options that may pass where the settings do not say. */
export function paramRules(settings: ParamSettings, shipped: ReadonlySet<string>): ParamRules {
  const { unsupportedParams = "drop", allowedOptions } = settings;
  return { unsupported: unsupportedParams, allowedOptions: allowedOptions === undefined ? shipped : new Set(allowedOptions) };
}
