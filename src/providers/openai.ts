import type { Secret } from "../chat/secret.ts";
import { openAiHttp } from "./http/openai-http.ts";
import { openAiQuirks } from "./http/openai-quirks.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach OpenAI. */
export interface OpenAiOptions extends ParamSettings {
  readonly apiKey: Secret;
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** OpenAI (https://platform.openai.com/docs/api-reference/chat). */
export function openAi(name: string, options: OpenAiOptions, deps: ProviderDeps): Provider {
  return openAiHttp({
    name,
    vendor: "openai",
    baseUrl: options.baseUrl ?? "https://api.openai.com/v1",
    headers: {
      authorization: `Bearer ${options.apiKey.reveal()}`,
      ...(options.organization === undefined ? {} : { "openai-organization": options.organization }),
      ...(options.project === undefined ? {} : { "openai-project": options.project }),
    },
    streamUsage: true,
    quirks: openAiQuirks,
    allowedOptions: options.allowedOptions,
    unsupportedParams: options.unsupportedParams,
    embeddings: { base64: true },
    models: options.models ?? [],
    deps,
  });
}
