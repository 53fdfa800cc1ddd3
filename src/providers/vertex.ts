import { vertexTokenCount } from "../codec/gemini/count-tokens.ts";
import { geminiEmbeddingOptions } from "../codec/gemini/embedding-options.ts";
import { geminiOptions } from "../codec/gemini/index.ts";
import { vertexEmbeddingMethod, vertexEmbeddings } from "../codec/gemini/vertex-embeddings.ts";
import { geminiApi } from "./google/gemini-api.ts";
import { modelPath } from "./google/model-path.ts";
import { type GoogleCredentials, tokenRequestOf } from "./google/token-request-of.ts";
import { accessToken } from "./http/access-token.ts";
import { httpProvider } from "./http/http-provider.ts";
import { paramRules } from "./http/param-rules.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach Gemini at Vertex AI. */
export interface VertexOptions extends GoogleCredentials, ParamSettings {
  /** The project's id. */
  readonly project: string;
  /** A region, `us`, `eu`, or `global`. */
  readonly location: string;
  /** Default Vertex AI's own at that location: up to and without `/projects`. */
  readonly baseUrl?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** Gemini at Google's Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference). */
export function vertex(name: string, options: VertexOptions, deps: ProviderDeps): Provider {
  const { project, location } = options;
  const root = options.baseUrl ?? `https://${hostOf(location)}/v1`;
  const base = new URL(root); // what a proxy wants in its query stays there
  base.pathname = `${base.pathname.replace(/\/+$/, "")}/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}/publishers/google`;
  return httpProvider({
    name,
    vendor: "gemini",
    baseUrl: base.href,
    ...accessToken(tokenRequestOf(options, deps.upstream ?? {}), deps),
    api: geminiApi(name, options),
    embeddings: {
      codec: vertexEmbeddings,
      path: (model) => modelPath(model, vertexEmbeddingMethod(model)),
      ...paramRules(options, geminiEmbeddingOptions),
    },
    counting: {
      codec: vertexTokenCount,
      path: (model) => modelPath(model, "countTokens"),
      ...paramRules(options, geminiOptions),
    },
    models: options.models ?? [],
    deps,
  });
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function hostOf(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  if (location === "us" || location === "eu") return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}
