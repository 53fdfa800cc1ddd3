import { geminiCodec, geminiOptions } from "../../codec/gemini/index.ts";
import { codecApi } from "../http/codec-api.ts";
import type { VendorApi } from "../http/http-provider.ts";
import type { ParamSettings } from "../http/param-settings.ts";
import { modelPath } from "./model-path.ts";

/**
 * Gemini's API below a base URL that ends where the models begin.
 * @param provider the provider's name in the configuration.
 */
export function geminiApi(provider: string, settings: ParamSettings): VendorApi {
  return codecApi({
    provider,
    codec: geminiCodec,
    path: ({ model, streamed }) => modelPath(model, streamed ? "streamGenerateContent?alt=sse" : "generateContent"),
    vendorOptions: geminiOptions,
    settings,
  });
}
