import type { Secret } from "../chat/secret.ts";
import { openAiHttp } from "./http/openai-http.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach a server that speaks OpenAI's API: vLLM, Ollama, llama.cpp, another vendor. */
export interface OpenAiCompatibleOptions {
  /** Where its API is, up to and without `/chat/completions`. */
  readonly baseUrl: string;
  readonly apiKey?: Secret | undefined;
  /** Whether it takes `stream_options.include_usage`. Default true. */
  readonly streamUsage?: boolean | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** Any server that speaks OpenAI's chat completions API. */
export function openAiCompatible(name: string, options: OpenAiCompatibleOptions, deps: ProviderDeps): Provider {
  return openAiHttp({
    name,
    baseUrl: options.baseUrl,
    headers: options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey.reveal()}` },
    streamUsage: options.streamUsage ?? true,
    models: options.models ?? [],
    deps,
  });
}
