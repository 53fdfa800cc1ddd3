import type { Secret } from "../../chat/secret.ts";
import { openAiHttp } from "../http/openai-http.ts";
import type { ParamSettings } from "../http/param-settings.ts";
import type { Provider } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import type { Vendor } from "./vendors.ts";

/** How to reach a server that speaks OpenAI's API. */
export interface OpenAiCompatibleOptions extends ParamSettings {
  /** Where its API is, up to and without `/chat/completions`. */
  readonly baseUrl: string;
  readonly apiKey?: Secret | undefined;
  /** Whether it takes `stream_options.include_usage`. Default true. */
  readonly streamUsage?: boolean | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** A server that speaks OpenAI's chat completions API: a vendor of the table, or any other, which is sent everything as it is. */
export function openAiCompatible(name: string, options: OpenAiCompatibleOptions, deps: ProviderDeps, vendor?: Vendor): Provider {
  const { baseUrl, apiKey, unsupportedParams } = options;
  return openAiHttp({
    name,
    vendor: vendor?.type ?? "openai-compatible",
    baseUrl,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.reveal()}` },
    streamUsage: options.streamUsage ?? vendor?.usage !== "always",
    quirks: vendor,
    allowedOptions: options.allowedOptions ?? vendor?.options,
    unsupportedParams,
    embeddings: { mostInputs: vendor?.embeddingInputs },
    models: options.models ?? [],
    deps,
  });
}
