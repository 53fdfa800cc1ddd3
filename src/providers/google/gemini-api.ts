import { geminiCodec, geminiOptions } from "../../codec/gemini/index.ts";
import type { ParamPolicy } from "../../codec/left-out-params.ts";
import { codecApi } from "../http/codec-api.ts";
import type { VendorApi } from "../http/http-provider.ts";

/** What a configuration says of the parameters of Gemini's API. */
export interface GeminiApiOptions {
  /** What to do with parameters that Gemini does not take. Default `drop`. */
  readonly unsupportedParams?: ParamPolicy | undefined;
  /** Options of Gemini's own (`extensions.gemini`) that may pass. Default {@link geminiOptions}. */
  readonly allowedOptions?: readonly string[] | undefined;
}

/**
 * Gemini's API below a base URL that ends where the models begin. The model is one segment of the path, whatever is in its name.
 * @param provider the provider's name in the configuration.
 */
export function geminiApi(provider: string, { unsupportedParams, allowedOptions }: GeminiApiOptions): VendorApi {
  return codecApi({
    provider,
    codec: geminiCodec,
    path({ model, streamed }) {
      const segment = encodeURIComponent(model.replace(/^models\//, ""));
      return `/models/${segment}:${streamed ? "streamGenerateContent?alt=sse" : "generateContent"}`;
    },
    allowedOptions: allowedOptions === undefined ? geminiOptions : new Set(allowedOptions),
    unsupportedParams,
  });
}
