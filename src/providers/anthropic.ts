import type { Secret } from "../chat/secret.ts";
import { anthropicTokenCount } from "../codec/anthropic/count-tokens.ts";
import { anthropicModels } from "../codec/anthropic/decode-models.ts";
import { anthropicCodec, anthropicOptions } from "../codec/anthropic/index.ts";
import { codecApi } from "./http/codec-api.ts";
import { fanOut } from "./http/fan-out.ts";
import { httpProvider } from "./http/http-provider.ts";
import { paramRules } from "./http/param-rules.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach Anthropic. */
export interface AnthropicOptions extends ParamSettings {
  readonly apiKey: Secret;
  /** Default `https://api.anthropic.com/v1`. */
  readonly baseUrl?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** Anthropic (https://platform.claude.com/docs/en/api/messages). */
export function anthropic(name: string, options: AnthropicOptions, deps: ProviderDeps): Provider {
  const api = codecApi({
    provider: name,
    codec: anthropicCodec,
    path: () => "/messages",
    vendorOptions: anthropicOptions,
    settings: options,
  });
  return fanOut(
    httpProvider({
      name,
      vendor: "anthropic",
      baseUrl: options.baseUrl ?? "https://api.anthropic.com/v1",
      headers: { "anthropic-version": "2023-06-01" },
      authenticate: () => ({ "x-api-key": options.apiKey.reveal() }),
      api,
      listing: { codec: anthropicModels, path: "/models?limit=1000" },
      counting: {
        codec: anthropicTokenCount,
        path: () => "/messages/count_tokens",
        ...paramRules(options, anthropicOptions),
      },
      models: options.models ?? [],
      deps,
    }),
  );
}
