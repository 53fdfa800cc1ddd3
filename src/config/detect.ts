import type { z } from "zod";
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
const later = ["GEMINI_API_KEY", "AWS_ACCESS_KEY_ID", "AZURE_OPENAI_ENDPOINT"];

/** Finds OpenAI by its key or base URL, Anthropic by its key, and a local Ollama if one answers in time. Never throws, never takes longer than its limit. */
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

  const anthropic = anthropicFrom(env, listen);
  if (anthropic !== undefined) providers.anthropic = anthropic.provider;
  if (anthropic?.note !== undefined) notes.push(anthropic.note);

  const ollama = ollamaUrl(env.OLLAMA_HOST);
  if (ollama === undefined) notes.push("OLLAMA_HOST is no address: it is ignored");
  else if (leadsTo(ollama, listen)) notes.push("OLLAMA_HOST points at this gateway: it is ignored");
  else {
    const models = await probeOllama(ollama, Math.min(timeoutMs, longestProbeMs));
    const usable = models?.filter((model) => model !== "");
    if (usable !== undefined)
      providers.ollama = { type: "openai-compatible", baseUrl: `${ollama.origin}/v1`, models: [...usable] };
  }

  for (const name of later) if (env[name]) notes.push(`${name} is set, but its provider is not in this version`);
  return { providers, notes };
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
