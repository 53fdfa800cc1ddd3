import type { CompletionTokensDetails, PromptTokensDetails, Usage } from "#gen/sluice/chat/v1/usage_pb";
import { type JsonCodec, JsonObject, list, looseCount, member, text } from "../json/json-object.ts";
import { compactJson } from "./compact-json.ts";
import { keptMembers } from "./kept-members.ts";

interface UsageMetadata {
  prompt?: number;
  toolUse?: number;
  candidates?: number;
  thoughts?: number;
  cached?: number;
  total?: number;
  promptDetails?: ByModality;
  candidatesDetails?: ByModality;
  unknownFieldsJson?: string;
}

/** Counts by modality, and their exact JSON text. */
interface ByModality {
  readonly counts: readonly { readonly modality: string; readonly tokenCount: number }[];
  readonly raw: string;
}

const counts = list(
  new JsonObject<{ modality: string; tokenCount: number }>(
    () => ({ modality: "", tokenCount: 0 }),
    [member("modality", "modality", text), member("tokenCount", "tokenCount", looseCount)],
    "drop",
  ),
);

const byModality: JsonCodec<ByModality> = {
  read(reader) {
    const start = reader.position();
    return { counts: counts.read(reader), raw: reader.since(start) };
  },
  write: ({ raw }) => raw,
};

const usageMetadata = new JsonObject<UsageMetadata>(
  () => ({}),
  [
    member("promptTokenCount", "prompt", looseCount),
    member("toolUsePromptTokenCount", "toolUse", looseCount),
    member("candidatesTokenCount", "candidates", looseCount),
    member("thoughtsTokenCount", "thoughts", looseCount),
    member("cachedContentTokenCount", "cached", looseCount),
    member("totalTokenCount", "total", looseCount),
    member("promptTokensDetails", "promptDetails", byModality),
    member("candidatesTokensDetails", "candidatesDetails", byModality),
  ],
);

const most = 0xffffffff;
const sum = (a = 0, b = 0): number => Math.min(a + b, most);

/**
 * usageMetadata (https://ai.google.dev/api/generate-content#UsageMetadata). Results of the vendor's own tools count to the prompt,
 * thoughts to the completion, so that the two make the total; Gemini counts both apart. What has no place is kept.
 */
export const usageJson: JsonCodec<Usage> = {
  read(reader) {
    const wire = usageMetadata.read(reader);
    const promptTokens = sum(wire.prompt, wire.toolUse);
    const completionTokens = sum(wire.candidates, wire.thoughts);
    const usage: Usage = {
      $typeName: "sluice.chat.v1.Usage",
      promptTokens,
      completionTokens,
      totalTokens: wire.total ?? sum(promptTokens, completionTokens),
      estimated: false,
    };
    const prompt: PromptTokensDetails = { $typeName: "sluice.chat.v1.PromptTokensDetails" };
    const completion: CompletionTokensDetails = { $typeName: "sluice.chat.v1.CompletionTokensDetails" };
    if (wire.cached !== undefined) prompt.cachedTokens = wire.cached;
    if (wire.thoughts !== undefined) completion.reasoningTokens = wire.thoughts;
    const promptRest = takeModalities(wire.promptDetails, promptPlaces, prompt);
    const candidatesRest = takeModalities(wire.candidatesDetails, completionPlaces, completion);
    if (Object.keys(prompt).length > 1) usage.promptTokensDetails = prompt;
    if (Object.keys(completion).length > 1) usage.completionTokensDetails = completion;
    const toolUse = wire.toolUse === undefined ? undefined : String(wire.toolUse);
    const more = { toolUsePromptTokenCount: toolUse, promptTokensDetails: promptRest, candidatesTokensDetails: candidatesRest };
    const kept = keptMembers(wire.unknownFieldsJson, more);
    if (kept !== undefined) usage.unknownFieldsJson = kept;
    return usage;
  },
  write: () => "null",
};

const promptPlaces = { TEXT: "textTokens", AUDIO: "audioTokens", IMAGE: "imageTokens" } as const;
const completionPlaces = { TEXT: "textTokens", AUDIO: "audioTokens" } as const;

/** Puts counts by modality where they belong; gives the whole text back when one has no place. */
function takeModalities<K extends string>(
  given: ByModality | undefined,
  places: Readonly<Record<string, K>>,
  into: { [key in K]?: number | undefined },
): string | undefined {
  if (given === undefined) return undefined;
  let rest: string | undefined;
  for (const { modality, tokenCount } of given.counts) {
    const place = Object.hasOwn(places, modality) ? places[modality] : undefined;
    if (place === undefined) rest = compactJson(given.raw);
    else into[place] = tokenCount;
  }
  return rest;
}
