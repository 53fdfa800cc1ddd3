import { geminiCodec, geminiOptions } from "../../codec/gemini/index.ts";
import { codecApi } from "../http/codec-api.ts";
import type { VendorApi } from "../http/http-provider.ts";
import type { ParamSettings } from "../http/param-settings.ts";

/**
 * Gemini's API below a base URL that ends where the models begin. The model is one segment of the path, whatever is in its name.
 * @param provider the provider's name in the configuration.
 */
export function geminiApi(provider: string, settings: ParamSettings): VendorApi {
  return codecApi({
    provider,
    codec: geminiCodec,
    path({ model, streamed }) {
      const segment = encodeURIComponent(model.replace(/^models\//, ""));
      return `/models/${segment}:${streamed ? "streamGenerateContent?alt=sse" : "generateContent"}`;
    },
    vendorOptions: geminiOptions,
    settings,
  });
}
