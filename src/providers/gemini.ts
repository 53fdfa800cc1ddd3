import type { Secret } from "../chat/secret.ts";
import { geminiApi } from "./google/gemini-api.ts";
import { httpProvider } from "./http/http-provider.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach the Gemini API. */
export interface GeminiOptions extends ParamSettings {
  readonly apiKey: Secret;
  /** Default `https://generativelanguage.googleapis.com/v1beta`. */
  readonly baseUrl?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** Google's Gemini API (https://ai.google.dev/api). */
export function gemini(name: string, options: GeminiOptions, deps: ProviderDeps): Provider {
  const headers = { "x-goog-api-key": options.apiKey.reveal() };
  return httpProvider({
    name,
    vendor: "gemini",
    baseUrl: options.baseUrl ?? "https://generativelanguage.googleapis.com/v1beta",
    authenticate: () => headers,
    api: geminiApi(name, options),
    models: options.models ?? [],
    deps,
  });
}
