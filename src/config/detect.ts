import type { z } from "zod";
import { vendors } from "../providers/openai-compatible/vendors.ts";
import type { ListenAddress } from "./address.ts";
import type { Environment } from "./expand.ts";
import { leadsTo } from "./own-address.ts";
import { ollamaUrl, probeOllama } from "./probe-ollama.ts";
import type { configSchema } from "./schema.ts";

/** What {@link detectProviders} looks at. */
export interface DetectOptions {
  readonly env: Environment;
  /** The gateway's own addresses: no provider is pointed at them. */
  readonly listen: readonly ListenAddress[];
  /** How long to wait for a local Ollama, in milliseconds. Default 300, and no more than that. */
  readonly timeoutMs?: number;
}

/** What the environment offers. */
export interface DetectedProviders {
  /** As a configuration would say it. */
  readonly providers: NonNullable<z.input<typeof configSchema>["providers"]>;
  /** What was noticed and not used; a sentence each. */
  readonly notes: readonly string[];
}

const longestProbeMs = 300;
/** Variables that say where credentials for AWS are. Files and the network are not looked at. */
const awsCredentials = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/**
 * Finds OpenAI and Anthropic by their keys or base URLs, Azure by its endpoint, Amazon Bedrock by AWS's variables and region, Gemini and the vendors of
 * the table by their keys, and a local Ollama if one answers in time. Never throws, never takes longer than its limit.
 */
export async function detectProviders({ env, listen, timeoutMs = longestProbeMs }: DetectOptions): Promise<DetectedProviders> {
  const providers: DetectedProviders["providers"] = {};
  const notes: string[] = [];

  const given = env.OPENAI_BASE_URL || undefined;
  const unusable = given === undefined ? undefined : whyUnusable(given, listen);
  if (unusable !== undefined) notes.push(`OPENAI_BASE_URL ${unusable}: it is ignored`);
  const baseUrl = unusable === undefined ? given : undefined;
  if (env.OPENAI_API_KEY) {
    const optional = { baseUrl, organization: env.OPENAI_ORG_ID || undefined, project: env.OPENAI_PROJECT_ID || undefined };
    providers.openai = { type: "openai", apiKey: env.OPENAI_API_KEY, ...optional };
  } else if (baseUrl !== undefined) providers.openai = { type: "openai-compatible", baseUrl };

  const azure = detectAzure(env, listen, notes);
  if (azure !== undefined) providers.azure = azure;
  for (const vendor of vendors) {
    const apiKey = "keys" in vendor ? vendor.keys.map((name) => env[name]).find(Boolean) : undefined;
    if (apiKey !== undefined) providers[vendor.type] = { type: vendor.type, apiKey };
  }
  if (env.GEMINI_API_KEY) providers.gemini = { type: "gemini", apiKey: env.GEMINI_API_KEY };
  const aws = env.AWS_BEARER_TOKEN_BEDROCK ? "AWS_BEARER_TOKEN_BEDROCK" : awsCredentials.find((name) => env[name]);
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
  if (aws !== undefined && region === undefined) notes.push(`${aws} is set, but no AWS_REGION: Amazon Bedrock is not used`);
  else if (aws !== undefined) providers.bedrock = { type: "bedrock", region, apiKey: env.AWS_BEARER_TOKEN_BEDROCK || undefined };
  const anthropic = anthropicFrom(env, listen);
  if (anthropic !== undefined) providers.anthropic = anthropic.provider;
  if (anthropic?.note !== undefined) notes.push(anthropic.note);

  const ollama = ollamaUrl(env.OLLAMA_HOST);
  if (ollama === undefined) notes.push("OLLAMA_HOST is no address: it is ignored");
  else if (leadsTo(ollama, listen)) notes.push("OLLAMA_HOST points at this gateway: it is ignored");
  else {
    const models = await probeOllama(ollama, Math.min(timeoutMs, longestProbeMs));
    const usable = models?.filter((model) => model !== "");
    if (usable !== undefined) providers.ollama = { type: "ollama", baseUrl: `${ollama.origin}/v1`, models: [...usable] };
  }

  return { providers, notes };
}

type Configured = DetectedProviders["providers"][string];

/** Azure by the variables of its own libraries: the endpoint, and a key or an application in Entra. */
function detectAzure(env: Environment, listen: readonly ListenAddress[], notes: string[]): Configured | undefined {
  const endpoint = env.AZURE_OPENAI_ENDPOINT || undefined;
  if (endpoint === undefined) return undefined;
  const unusable = whyUnusable(endpoint, listen);
  if (unusable !== undefined) {
    notes.push(`AZURE_OPENAI_ENDPOINT ${unusable}: it is ignored`);
    return undefined;
  }
  const at = { type: "azure", endpoint, apiVersion: env.OPENAI_API_VERSION || undefined } as const;
  if (env.AZURE_OPENAI_API_KEY) return { ...at, apiKey: env.AZURE_OPENAI_API_KEY };
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret } = env;
  if (tenantId && clientId && clientSecret) return { ...at, entra: { tenantId, clientId, clientSecret } };
  notes.push("AZURE_OPENAI_ENDPOINT is set without AZURE_OPENAI_API_KEY or an application in Entra: it is ignored");
  return undefined;
}

/** ANTHROPIC_BASE_URL is without the version, as Anthropic's own clients read it. */
function anthropicFrom(env: Environment, listen: readonly ListenAddress[]) {
  if (!env.ANTHROPIC_API_KEY) return undefined;
  const given = env.ANTHROPIC_BASE_URL || undefined;
  const unusable = given === undefined ? undefined : whyUnusable(given, listen);
  const baseUrl = given === undefined || unusable !== undefined ? undefined : given.replace(/(?:\/v1)?\/*$/, "/v1");
  const provider = { type: "anthropic", apiKey: env.ANTHROPIC_API_KEY, baseUrl } as const;
  return { provider, note: unusable === undefined ? undefined : `ANTHROPIC_BASE_URL ${unusable}: it is ignored` };
}

function whyUnusable(text: string, listen: readonly ListenAddress[]): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return "is no http URL";
  if (url.username !== "" || url.password !== "") return "holds a user name or password";
  return leadsTo(url, listen) ? "points at this gateway" : undefined;
}
