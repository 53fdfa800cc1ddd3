import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { Immutable } from "../../chat/immutable.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import type { ModelTraits } from "./model-traits.ts";

/** What a request's effort comes to. */
export interface Reasoning {
  /** Members of `additionalModelRequestFields`. */
  readonly fields: ReadonlyMap<string, string>;
  /** The value of `outputConfig.effort`, JSON text. */
  readonly effort?: string;
  /** What the model must be allowed to generate at the least, where the request does not say; tokens. */
  readonly maxTokens?: number;
  /** Sampling parameters (OpenAI's names) that the model does not take together with reasoning. */
  readonly excluded: ReadonlySet<string>;
}

/** What reasoning depends on besides the request. */
export interface ReasoningOptions {
  readonly traits: ModelTraits;
  /** Whether the model must call a tool. */
  readonly forcedTool: boolean;
  /** Whether the last calls of tools came without reasoning that could be given back. */
  readonly endsUnproven: boolean;
  /** The request's limit of generated tokens. */
  readonly maxTokens: number | undefined;
  readonly left: LeftOutParams;
}

const none: Reasoning = { fields: new Map(), excluded: new Set() };

/** An effort, by OpenAI's word for it, in what the models know. */
interface Level {
  /** Tokens of thinking; the least that Claude takes is 1,024. */
  readonly budget: number;
  readonly ofThree: string;
  readonly ofFive: string;
}

const levels: ReadonlyMap<string, Level> = new Map([
  ["minimal", { budget: 1024, ofThree: "low", ofFive: "low" }],
  ["low", { budget: 2048, ofThree: "low", ofFive: "low" }],
  ["medium", { budget: 8192, ofThree: "medium", ofFive: "medium" }],
  ["high", { budget: 16_384, ofThree: "high", ofFive: "high" }],
  ["xhigh", { budget: 24_576, ofThree: "high", ofFive: "xhigh" }],
  ["max", { budget: 24_576, ofThree: "high", ofFive: "max" }],
]);

/** The least of the largest replies of the models that think by budget (Claude Opus 4). */
const roomWithThinking = 32_000;

/**
 * `reasoning_effort` as the model wants it. What it cannot have is left out: any effort for a model of which it is not known how to ask;
 * for Claude, thinking while it must call a tool, or in the middle of calls that it made without
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html).
 */
export function reasoningEffort(request: Immutable<ChatCompletionRequest>, options: ReasoningOptions): Reasoning {
  const { reasoningEffort: effort } = request;
  if (effort === undefined) return none;
  const asked = effort === "none" ? offFor(options.traits) : askedFor(effort, request, options);
  if (asked === undefined) options.left.leave("reasoning_effort", JSON.stringify(effort));
  return asked ?? none;
}

/** No reasoning: what Claude and Nova do unless they are asked. Others cannot be told. */
function offFor({ reasoning }: ModelTraits): Reasoning | undefined {
  return reasoning === undefined || reasoning === "effort" ? undefined : none;
}

function askedFor(effort: string, request: Immutable<ChatCompletionRequest>, options: ReasoningOptions): Reasoning | undefined {
  const level = levels.get(effort);
  if (level === undefined) return undefined;
  switch (options.traits.reasoning) {
    case "adaptive":
      if (options.forcedTool) return undefined;
      return {
        fields: new Map([["thinking", '{"type":"adaptive"}']]),
        effort: JSON.stringify(level.ofFive),
        excluded: excludedWithThinking(request),
      };
    case "budget":
      return options.forcedTool || options.endsUnproven ? undefined : withBudget(level.budget, request, options.maxTokens);
    case "nova":
      // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
      return {
        fields: new Map([["reasoningConfig", `{"type":"enabled","maxReasoningEffort":"${level.ofThree}"}`]]),
        excluded: new Set(level.ofThree === "high" ? ["temperature", "top_p", "max_tokens"] : []),
      };
    case "effort":
      return { fields: new Map([["reasoning_effort", JSON.stringify(level.ofThree)]]), excluded: new Set() };
    case undefined:
      return undefined;
  }
}

/** Thinking and answer share the limit: thinking gets four fifths of it at the most, if that is enough to think. */
function withBudget(most: number, request: Immutable<ChatCompletionRequest>, limit: number | undefined): Reasoning | undefined {
  const budget = limit === undefined ? most : Math.min(most, Math.max(1024, Math.floor(limit * 0.8)));
  if (limit !== undefined && limit <= budget) return undefined;
  return {
    fields: new Map([["thinking", `{"type":"enabled","budget_tokens":${budget}}`]]),
    excluded: excludedWithThinking(request),
    ...(limit === undefined ? { maxTokens: roomWithThinking } : {}),
  };
}

/** A thinking Claude samples at temperature 1 and from the top 95 percent or more. */
function excludedWithThinking({ temperature, topP }: Immutable<ChatCompletionRequest>): ReadonlySet<string> {
  const excluded = new Set<string>();
  if (temperature !== undefined && temperature !== 1) excluded.add("temperature");
  if (topP !== undefined && topP < 0.95) excluded.add("top_p");
  return excluded;
}
