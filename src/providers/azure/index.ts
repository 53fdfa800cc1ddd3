import type { Secret } from "../../chat/secret.ts";
import { accessToken } from "../http/access-token.ts";
import { openAiHttp } from "../http/openai-http.ts";
import { openAiQuirks } from "../http/openai-quirks.ts";
import type { ParamSettings } from "../http/param-settings.ts";
import type { Provider } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import { type EntraApplication, entraTokenRequest } from "./entra-token-request.ts";

/** How to reach OpenAI's models at Azure. A model's name is the name of its deployment. */
export interface AzureOptions extends ParamSettings {
  /** The resource's address, e.g. `https://my-resource.openai.azure.com`. */
  readonly endpoint: string;
  /** A dated version of the API, asked by deployment; default the undated one, `/openai/v1`. */
  readonly apiVersion?: string | undefined;
  /** One of these authenticates. */
  readonly apiKey?: Secret | undefined;
  readonly entra?: EntraApplication | undefined;
  /** Whether the version takes `stream_options.include_usage`: from 2024-09-01-preview on. Default true. */
  readonly streamUsage?: boolean | undefined;
  /** Deployments to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/**
 * Azure OpenAI (https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle). What its content filter says of prompts and
 * replies passes as the unmodelled fields `prompt_filter_results` and `content_filter_results`.
 * @throws Error without a key and an application, or with both.
 */
export function azure(name: string, options: AzureOptions, deps: ProviderDeps): Provider {
  const { apiKey, entra, apiVersion } = options;
  if ((apiKey === undefined) === (entra === undefined)) throw new Error("needs either apiKey or entra");
  const settings = { proxyFor: deps.upstream?.proxyFor };
  return openAiHttp({
    name,
    vendor: "azure",
    baseUrl: options.endpoint.replace(/\/openai(?:\/v1)?\/*$/, ""),
    headers: apiKey === undefined ? {} : { "api-key": apiKey.reveal() },
    ...(entra === undefined ? {} : accessToken({ ...entraTokenRequest(entra), settings }, deps)),
    path(endpoint, model) {
      if (apiVersion === undefined) return `/openai/v1/${endpoint}`;
      const of = endpoint === "models" ? "" : `deployments/${encodeURIComponent(model)}/`;
      return `/openai/${of}${endpoint}?api-version=${encodeURIComponent(apiVersion)}`;
    },
    streamUsage: options.streamUsage ?? true,
    quirks: openAiQuirks,
    allowedOptions: options.allowedOptions,
    unsupportedParams: options.unsupportedParams,
    models: options.models ?? [],
    deps,
  });
}
