/** What Amazon Bedrock's models differ in, where its Converse API leaves the difference to the caller. */
export interface ModelTraits {
  /**
   * How much a model reasons is told it as: Claude's adaptive thinking with an effort, Claude's thinking with a budget of tokens, Nova's
   * `reasoningConfig`, a plain `reasoning_effort`; undefined: not at all, or it is not known how.
   */
  readonly reasoning: "adaptive" | "budget" | "nova" | "effort" | undefined;
  /** How a reply is bound to a JSON Schema: by `outputConfig`, by a tool that the model must call, or not at all. */
  readonly structured: "native" | "tool" | undefined;
}

/** Makers and models without structured output (https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html) or forced tools. */
const unstructured =
  /(?:^|[./])(?:meta|cohere|ai21|writer)\.|amazon\.titan|deepseek\.r1|mistral\.(?:mistral-7b|mixtral|mistral-(?:large|small)-240|pixtral)/;

/**
 * The traits of a model by its id, an inference profile's id or an ARN that ends in one. Of an application inference profile nothing is
 * known but what holds for new models.
 */
export function modelTraits(model: string): ModelTraits {
  const claude = claudeVersion(model);
  if (claude !== undefined) {
    return {
      reasoning: claude >= 4.06 ? "adaptive" : claude >= 3.07 ? "budget" : undefined,
      structured: claude >= 4.05 ? "native" : claude >= 3 ? "tool" : undefined,
    };
  }
  if (model.includes("amazon.nova-")) {
    return { reasoning: model.includes("amazon.nova-2-") ? "nova" : undefined, structured: "tool" };
  }
  if (unstructured.test(model)) return { reasoning: undefined, structured: undefined };
  return { reasoning: model.includes("openai.") ? "effort" : undefined, structured: "native" };
}

/** The version of a Claude, the part after the dot in hundredths: 4.05 is 4.5. One without a number in its name counts as new. */
function claudeVersion(model: string): number | undefined {
  const name = /anthropic\.claude-([a-z\d-]+)/.exec(model)?.[1];
  if (name === undefined) return undefined;
  if (/^(?:v\d|instant)/.test(name)) return 2;
  // claude-3-7-sonnet-20250219, claude-sonnet-4-20250514, claude-opus-4-6
  const [, major, minor] = /^(?:[a-z]+-)?(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(name) ?? [];
  return major === undefined ? 99 : Number(major) + Number(minor ?? 0) / 100;
}
