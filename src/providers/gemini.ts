import type { Secret } from "../chat/secret.ts";
import { geminiTokenCount } from "../codec/gemini/count-tokens.ts";
import { geminiModels } from "../codec/gemini/decode-models.ts";
import { geminiEmbeddingOptions } from "../codec/gemini/embedding-options.ts";
import { geminiEmbeddings } from "../codec/gemini/embeddings.ts";
import { geminiOptions } from "../codec/gemini/index.ts";
import { geminiApi } from "./google/gemini-api.ts";
import { modelPath } from "./google/model-path.ts";
import { httpProvider } from "./http/http-provider.ts";
import { paramRules } from "./http/param-rules.ts";
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
    embeddings: {
      codec: geminiEmbeddings,
      path: (model) => modelPath(model, "batchEmbedContents"),
      ...paramRules(options, geminiEmbeddingOptions),
    },
    listing: { codec: geminiModels, path: "/models?pageSize=1000" },
    counting: {
      codec: geminiTokenCount,
      path: (model) => modelPath(model, "countTokens"),
      ...paramRules(options, geminiOptions),
    },
    models: options.models ?? [],
    deps,
  });
}
