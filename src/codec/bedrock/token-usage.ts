import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import { looseCount } from "../json/json-object.ts";
import type { JsonReader } from "../json/json-reader.ts";

/** The same numbers under other names, and what says nothing. */
const redundant = new Set(["cacheReadInputTokenCount", "cacheWriteInputTokenCount"]);
const saysNothing = new Set(["{}", "[]", "null", "0"]);

const mostTokens = 0xffffffff;

/**
 * Reads a `usage` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html). Bedrock counts what its cache
 * gave and took apart from `inputTokens`; a prompt's tokens here are all of them.
 */
export function readTokenUsage(reader: JsonReader): Usage {
  const counts = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  let cacheRead: number | undefined;
  let cacheWrite: number | undefined;
  let unknown = "";
  reader.object((key, start) => {
    if (redundant.has(key)) reader.skip();
    else if (reader.takeNull()) return;
    else if (key === "inputTokens" || key === "outputTokens" || key === "totalTokens") counts[key] = looseCount.read(reader);
    else if (key === "cacheReadInputTokens") cacheRead = looseCount.read(reader);
    else if (key === "cacheWriteInputTokens") cacheWrite = looseCount.read(reader);
    else if (!saysNothing.has(reader.raw().replace(/\s/g, ""))) unknown += `${unknown === "" ? "" : ","}${reader.since(start)}`;
  });
  const promptTokens = Math.min(counts.inputTokens + (cacheRead ?? 0) + (cacheWrite ?? 0), mostTokens);
  const sum = Math.min(promptTokens + counts.outputTokens, mostTokens);
  const usage: Usage = {
    $typeName: "sluice.chat.v1.Usage",
    promptTokens,
    completionTokens: counts.outputTokens,
    totalTokens: Math.max(counts.totalTokens, sum),
    estimated: false,
  };
  if (cacheRead !== undefined || cacheWrite !== undefined) {
    usage.promptTokensDetails = {
      $typeName: "sluice.chat.v1.PromptTokensDetails",
      ...(cacheRead === undefined ? {} : { cachedTokens: cacheRead }),
      ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    };
  }
  if (unknown !== "") usage.unknownFieldsJson = `{${unknown}}`;
  return usage;
}
