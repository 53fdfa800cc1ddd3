/** How a model is told to think. */
export type ThinkingMode = "budget" | "adaptive";

/** What turns a model's thinking off: nothing (it is off unless asked for), a word in `thinking`, or not possible. */
export type ThinkingOff = "default" | "disabled" | "between_tools" | "never";

/** What one model takes of the Messages API. */
export interface ModelTraits {
  readonly thinking: ThinkingMode;
  readonly thinkingOff: ThinkingOff;
  /** Values of `output_config.effort`, the least first; empty: it has no such parameter. */
  readonly efforts: readonly string[];
  /** Whether it takes a temperature and a top_p at all. */
  readonly sampling: boolean;
  /** Whether it takes both of them in one request. */
  readonly samplingPair: boolean;
  /** Whether `tool_choice` may force a call. */
  readonly forcedTools: boolean;
  /** Whether it has `output_config.format` and strict tools. */
  readonly structuredOutput: boolean;
  /** Whether `messages` may have a system turn after a user's. */
  readonly systemTurns: boolean;
  /** The most tokens it generates. */
  readonly maxOutput: number;
}

/** A server of somebody else's that speaks the Messages API: the oldest form of everything. */
const foreign: ModelTraits = {
  thinking: "budget",
  thinkingOff: "default",
  efforts: [],
  sampling: true,
  samplingPair: true,
  forcedTools: true,
  structuredOutput: false,
  systemTurns: false,
  maxOutput: 32_000,
};

const fiveEfforts = ["low", "medium", "high", "xhigh", "max"];

// `claude-opus-4-7`, `anthropic.claude-haiku-4-5-20251001-v1:0`, `claude-sonnet-4.5@20250929`; the older `claude-3-5-sonnet-…`.
const name = /claude-(?:([a-z]+)-(\d)(?:[-.](\d{1,2}))?(?!\d)|(\d)(?:[-.](\d))?-([a-z]+)|([a-z]+))/;

/**
 * What a model takes, by its name. One that is not known yet is taken for the newest known.
 * https://platform.claude.com/docs/en/build-with-claude/thinking#limits-and-feature-compatibility,
 * https://platform.claude.com/docs/en/build-with-claude/effort and the models' migration guides.
 */
export function traitsOf(model: string): ModelTraits {
  const match = name.exec(model.toLowerCase());
  if (match === null) return foreign;
  const family = match[1] ?? match[6] ?? match[7] ?? "";
  const version = Number(`${match[2] ?? match[4] ?? 9}.${(match[3] ?? match[5] ?? "0").padStart(2, "0")}`);
  if (version < 4.05) return beforeStructuredOutput(version);
  if (version < 4.06) return { ...manual, efforts: family === "opus" ? ["low", "medium", "high"] : [] };
  if (version < 4.07) return { ...adaptive, efforts: ["low", "medium", "high", "max"], sampling: true };
  if (version < 5) return { ...adaptive, systemTurns: version >= 4.08 };
  return fifthGeneration(family, version);
}

function beforeStructuredOutput(version: number): ModelTraits {
  const maxOutput = version < 3.05 ? 4096 : version < 3.07 ? 8192 : 32_000;
  return { ...foreign, samplingPair: version < 4.01, maxOutput };
}

const manual: ModelTraits = { ...foreign, samplingPair: false, structuredOutput: true, maxOutput: 64_000 };

const adaptive: ModelTraits = {
  ...manual,
  thinking: "adaptive",
  efforts: fiveEfforts,
  sampling: false,
  maxOutput: 128_000,
};

function fifthGeneration(family: string, version: number): ModelTraits {
  const newest = { ...adaptive, thinkingOff: "never", systemTurns: true } as const;
  switch (family) {
    case "haiku":
      return { ...newest, thinkingOff: "disabled" };
    case "sonnet":
      if (version < 5.05) return { ...newest, thinkingOff: "disabled", systemTurns: false };
      return { ...newest, thinkingOff: version < 5.06 ? "between_tools" : "never", forcedTools: false };
    case "opus":
      return version < 5.05 ? { ...newest, thinkingOff: "disabled" } : { ...newest, forcedTools: false };
    case "fable":
    case "mythos":
      return version < 5.01 ? newest : { ...newest, forcedTools: false };
    default:
      return { ...newest, forcedTools: false };
  }
}
