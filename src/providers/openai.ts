import type { Clock } from "../chat/ports/clock.ts";
import type { Secret } from "../chat/secret.ts";
import { openAiHttp } from "./http/openai-http.ts";
import type { Provider } from "./provider.ts";

/** How to reach OpenAI. */
export interface OpenAiOptions {
  readonly apiKey: Secret;
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** OpenAI (https://platform.openai.com/docs/api-reference/chat). */
export function openAi(name: string, options: OpenAiOptions, { clock }: { readonly clock: Clock }): Provider {
  return openAiHttp({
    name,
    baseUrl: options.baseUrl ?? "https://api.openai.com/v1",
    headers: {
      authorization: `Bearer ${options.apiKey.reveal()}`,
      ...(options.organization === undefined ? {} : { "openai-organization": options.organization }),
      ...(options.project === undefined ? {} : { "openai-project": options.project }),
    },
    streamUsage: true,
    embeddings: { base64: true },
    models: options.models ?? [],
    clock,
  });
}
