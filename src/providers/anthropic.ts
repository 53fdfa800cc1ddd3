import type { Clock } from "../chat/ports/clock.ts";
import type { Secret } from "../chat/secret.ts";
import { anthropicCodec, anthropicOptions } from "../codec/anthropic/index.ts";
import { codecApi } from "./http/codec-api.ts";
import { fanOut } from "./http/fan-out.ts";
import { httpProvider } from "./http/http-provider.ts";
import type { Provider } from "./provider.ts";

/** How to reach Anthropic. */
export interface AnthropicOptions {
  readonly apiKey: Secret;
  /** Default `https://api.anthropic.com/v1`. */
  readonly baseUrl?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** Anthropic (https://platform.claude.com/docs/en/api/messages). */
export function anthropic(name: string, options: AnthropicOptions, { clock }: { readonly clock: Clock }): Provider {
  const api = codecApi({
    provider: name,
    codec: anthropicCodec,
    path: () => "/messages",
    allowedOptions: anthropicOptions,
    unsupported: "drop",
  });
  return fanOut(
    httpProvider({
      name,
      baseUrl: options.baseUrl ?? "https://api.anthropic.com/v1",
      headers: { "anthropic-version": "2023-06-01" },
      authenticate: () => ({ "x-api-key": options.apiKey.reveal() }),
      api,
      models: options.models ?? [],
      clock,
    }),
  );
}
