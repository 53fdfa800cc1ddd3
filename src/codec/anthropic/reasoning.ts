import type { LeftOutParams } from "../left-out-params.ts";
import type { Turn } from "./encode-messages.ts";
import type { ModelTraits } from "./model-traits.ts";

/** How much a model is to think. */
export interface EncodedReasoning {
  /** `thinking` as JSON text. */
  readonly thinking?: string;
  /** `output_config.effort`. */
  readonly effort?: string;
  /** Whether the model is told to think: temperature and the like are then bound. */
  readonly thinks: boolean;
}

/** What the request says beside the effort that bears on it. */
export interface ReasoningSetting {
  readonly traits: ModelTraits;
  readonly maxTokens: number;
  /** `extensions.anthropic.thinking`, which is sent as it is. */
  readonly own: string | undefined;
  /** Whether `tool_choice` forces a call. */
  readonly forced: boolean;
  readonly turns: readonly Turn[];
}

const leastBudget = 1024;

/** Tokens to think with, where a model is given a budget. */
const budgets: Readonly<Record<string, number>> = {
  minimal: leastBudget,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 24_576,
};

/**
 * `reasoning_effort`: an effort where the model decides how much it thinks, a budget where it is told
 * (https://platform.claude.com/docs/en/build-with-claude/thinking). A budget is at least 1,024 and less than `max_tokens`, of which it is
 * a part, as with OpenAI; a quarter is left for the answer. Where it does not fit or the vendor refuses thinking, it is left out.
 */
export function encodeReasoning(
  reasoningEffort: string | undefined,
  { traits, own, ...setting }: ReasoningSetting,
  left: LeftOutParams,
): EncodedReasoning {
  const effort = reasoningEffort === undefined ? undefined : nearestEffort(reasoningEffort, traits.efforts);
  if (own !== undefined) {
    if (reasoningEffort !== undefined && effort === undefined) left.leave("reasoning_effort");
    return { thinking: own, thinks: /"type"\s*:\s*"(?:enabled|adaptive)"/.test(own), ...(effort && { effort }) };
  }
  if (reasoningEffort === undefined) return { thinks: false };
  if (reasoningEffort === "none") return withoutThinking(traits, left);
  if (traits.thinking === "adaptive") {
    return { thinking: '{"type":"adaptive","display":"summarized"}', thinks: true, ...(effort && { effort }) };
  }
  const wanted = Object.hasOwn(budgets, reasoningEffort) ? budgets[reasoningEffort] : undefined;
  const budget = Math.min(wanted ?? 0, Math.floor((setting.maxTokens * 3) / 4));
  if (budget < leastBudget || setting.forced || !mayThinkNow(setting.turns)) {
    left.leave("reasoning_effort");
    return { thinks: false };
  }
  return { thinking: `{"type":"enabled","budget_tokens":${budget}}`, thinks: true };
}

/** A model that always thinks is asked for the least. */
function withoutThinking({ thinkingOff, efforts }: ModelTraits, left: LeftOutParams): EncodedReasoning {
  if (thinkingOff === "default") return { thinks: false };
  if (thinkingOff !== "never") return { thinking: `{"type":"${thinkingOff}"}`, thinks: false };
  left.leave("reasoning_effort");
  const [least] = efforts;
  return { thinks: true, ...(least && { effort: least }) };
}

/** OpenAI's word, or the nearest below it that the model has. */
function nearestEffort(word: string, efforts: readonly string[]): string | undefined {
  if (efforts.length === 0 || word === "none") return undefined;
  if (efforts.includes(word)) return word;
  if (word === "minimal") return efforts[0];
  return word === "xhigh" || word === "max" ? efforts.filter((effort) => effort !== "max").at(-1) : undefined;
}

/**
 * Whether a model with a budget may think at this point: the turn that its tools' results go on from must begin with its thinking, and a
 * beginning of the answer excludes it.
 */
function mayThinkNow(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role === "assistant") return false;
  if (last === undefined || last.results.length === 0) return true;
  const before = turns.findLast((turn) => turn.role === "assistant");
  return before === undefined || /^\{"type":"(?:redacted_)?thinking"/.test(before.blocks[0] ?? "");
}
