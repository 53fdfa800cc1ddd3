import type { CompletionTokensDetails, PromptTokensDetails, Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { Immutable } from "./immutable.ts";

/** The tokens of two attempts together, details included. Estimated when one of them is; unknown fields are the last one's. */
export function addUsage(a: Immutable<Usage>, b: Immutable<Usage>): Usage {
  const sum: Usage = {
    $typeName: "sluice.chat.v1.Usage",
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    estimated: a.estimated || b.estimated,
  };
  const prompt = addDetails<PromptTokensDetails>(a.promptTokensDetails, b.promptTokensDetails);
  if (prompt !== undefined) sum.promptTokensDetails = prompt;
  const completion = addDetails<CompletionTokensDetails>(a.completionTokensDetails, b.completionTokensDetails);
  if (completion !== undefined) sum.completionTokensDetails = completion;
  const unknown = b.unknownFieldsJson ?? a.unknownFieldsJson;
  if (unknown !== undefined) sum.unknownFieldsJson = unknown;
  return sum;
}

/** Adds number fields; other fields (the type's name, unknown fields) are the last one's. */
function addDetails<T extends object>(a: Immutable<T> | undefined, b: Immutable<T> | undefined): T | undefined {
  if (a === undefined || b === undefined) return (a ?? b) as T | undefined; // read-only in, handed on read-only
  const sum: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = sum[key];
    sum[key] = typeof value === "number" && typeof before === "number" ? before + value : value;
  }
  return sum as T; // the same fields as a and b
}
