/** What Anthropic's documentation says of its models, as far as it bears on what they refuse. */
export interface ModelFacts {
  readonly thinking: readonly string[];
  readonly efforts: readonly string[];
  /** Whether temperature, top_p and top_k may differ from their defaults. */
  readonly sampling: boolean;
  readonly forcedTools: boolean;
  readonly prefill: boolean;
  readonly systemTurns: boolean;
}

const all = ["low", "medium", "high", "xhigh", "max"];
const old = {
  thinking: ["enabled", "disabled"],
  efforts: [],
  sampling: true,
  forcedTools: true,
  prefill: true,
  systemTurns: false,
};
const recent = { ...old, thinking: ["adaptive", "disabled"], efforts: all, sampling: false, prefill: false, systemTurns: true };

/** https://platform.claude.com/docs/en/build-with-claude/thinking and the models' pages. */
export const anthropicModels: Readonly<Record<string, ModelFacts>> = {
  "claude-haiku-4-5": old,
  "claude-sonnet-4-5": old,
  "claude-opus-4-5": { ...old, efforts: ["low", "medium", "high"] },
  "claude-sonnet-4-6": {
    ...recent,
    thinking: ["enabled", "adaptive", "disabled"],
    efforts: ["low", "medium", "high", "max"],
    sampling: true,
    systemTurns: false,
  },
  "claude-opus-4-7": { ...recent, systemTurns: false },
  "claude-opus-4-8": recent,
  "claude-sonnet-5": { ...recent, systemTurns: false },
  "claude-opus-5": recent,
  "claude-fable-5": { ...recent, thinking: ["adaptive"] },
  "claude-haiku-5-5": recent,
  "claude-sonnet-5-5": { ...recent, thinking: ["adaptive", "between_tools"], forcedTools: false },
  "claude-opus-5-5": { ...recent, thinking: ["adaptive"], forcedTools: false },
  "claude-fable-5-1": { ...recent, thinking: ["adaptive"], forcedTools: false },
};
