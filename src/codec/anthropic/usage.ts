import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import { exactMembers, objectOf } from "./exact-members.ts";

/** A vendor's usage, member by member as JSON text; in a stream what later events say replaces what earlier ones said. */
export type UsageMembers = Map<string, string>;

/** Adds what an event says; null says nothing. @throws JsonProblem when the text is no object. */
export function mergeUsage(members: UsageMembers, json: string | undefined): void {
  if (json === undefined || json === "null") return;
  for (const [name, value] of exactMembers(json)) if (value !== "null") members.set(name, value);
}

const modelled: ReadonlySet<string> = new Set([
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "output_tokens_details",
  "service_tier",
]);

/**
 * Tokens used. The prompt is what was read afresh, from the cache and into the cache together
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance). What has no field of its own, such
 * as `server_tool_use`, stays beside it.
 */
export function usageOf(members: UsageMembers): Usage | undefined {
  if (members.size === 0) return undefined;
  const count = (name: string): number => tokens(members.get(name));
  const cachedTokens = count("cache_read_input_tokens");
  const cacheWriteTokens = count("cache_creation_input_tokens");
  const promptTokens = capped(count("input_tokens") + cachedTokens + cacheWriteTokens);
  const completionTokens = count("output_tokens");
  const usage: Usage = {
    $typeName: "sluice.chat.v1.Usage",
    promptTokens,
    completionTokens,
    totalTokens: capped(promptTokens + completionTokens),
    promptTokensDetails: { $typeName: "sluice.chat.v1.PromptTokensDetails", cachedTokens, cacheWriteTokens },
    estimated: false,
  };
  const unknown = new Map([...members].filter(([name]) => !modelled.has(name)));
  const details = members.get("output_tokens_details");
  if (details?.startsWith("{")) {
    const split = exactMembers(details);
    const thinking = split.get("thinking_tokens");
    if (thinking !== undefined) {
      const reasoningTokens = tokens(thinking);
      usage.completionTokensDetails = { $typeName: "sluice.chat.v1.CompletionTokensDetails", reasoningTokens };
    }
    split.delete("thinking_tokens");
    const rest = objectOf(split);
    if (rest !== undefined) unknown.set("output_tokens_details", rest);
  }
  const rest = objectOf(unknown);
  if (rest !== undefined) usage.unknownFieldsJson = rest;
  return usage;
}

/** The tier that served a request, by OpenAI's word where there is one. */
export function serviceTierOf(members: UsageMembers): string | undefined {
  const tier: unknown = JSON.parse(members.get("service_tier") ?? "null");
  if (typeof tier !== "string") return undefined;
  return tier === "standard" ? "default" : tier;
}

const capped = (count: number): number => Math.min(count, 0xffffffff);

/** A count in JSON; what is none counts as the nearest. */
function tokens(json: string | undefined): number {
  const count = Math.trunc(Number(json ?? 0));
  return capped(Math.max(count, 0)) || 0;
}
