import type { LeftOutParams } from "../left-out-params.ts";
import { generationOf, isGemini3 } from "./model-generation.ts";
import { objectText } from "./object-text.ts";

const levels: Readonly<Record<string, string>> = {
  none: "MINIMAL", // Gemini 3 cannot be kept from thinking
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};

const budgets: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

/** What thinks at least: Gemini 2.5 Pro cannot be kept from it, https://ai.google.dev/gemini-api/docs/thinking#set-budget. */
const leastOfPro = 128;

/**
 * JSON text of the thinkingConfig for a reasoning effort: a level of Gemini 3 and later, a budget in tokens of Gemini 2.5
 * (https://ai.google.dev/gemini-api/docs/openai#thinking). Thoughts are asked for with it. An effort of another word, or for a model that
 * does not think, is left.
 */
export function thinkingConfig(effort: string | undefined, model: string, left: LeftOutParams): string | undefined {
  if (effort === undefined) return undefined;
  const known = Object.hasOwn(levels, effort);
  const includeThoughts = effort === "none" ? undefined : "true";
  if (known && isGemini3(model)) {
    const level = levels[effort] ?? "";
    // Pro models have no level below low.
    const thinkingLevel = JSON.stringify(level === "MINIMAL" && isPro(model) ? "LOW" : level);
    return objectText({ thinkingLevel, includeThoughts });
  }
  if (known && generationOf(model) >= 2.5) {
    const budget = Math.max(budgets[effort] ?? 0, isPro(model) ? leastOfPro : 0);
    return objectText({ thinkingBudget: String(budget), includeThoughts });
  }
  left.leave("reasoning_effort", JSON.stringify(effort));
  return undefined;
}

const isPro = (model: string): boolean => /-pro(?![a-z])/.test(model);
