/** A text of a reply that guardrails look at. Every choice has its own; tool calls have one per call. */
export type Channel = "content" | "reasoning" | "refusal" | "tool_arguments";

/** Every channel, in the order in which models write them and a chunk's texts are looked at. */
export const channels: readonly Channel[] = ["reasoning", "content", "refusal", "tool_arguments"];

/** Names one text: channel, choice index and, for tool arguments, the tool call's index. One object per text: compare by identity. */
export interface ChannelKey {
  readonly channel: Channel;
  readonly choice: number;
  /** Tool call index; 0 on other channels. */
  readonly tool: number;
}

/** What is done to a span. Priority where spans overlap: block > redact > mask > restore; the last two never change text. */
export type GuardAction = "block" | "redact" | "mask" | "restore" | "annotate" | "monitor";

/** A decided finding. */
export interface Span {
  /** UTF-16 code units of the channel's original text. */
  readonly start: number;
  /** One past the last, in the same unit. */
  readonly end: number;
  /** What was found, e.g. `EMAIL_ADDRESS`. */
  readonly entity: string;
  readonly action: GuardAction;
  /** What stands in its place (redact, mask, restore). Default empty. */
  readonly replacement?: string;
}

/** What a guard knows after a piece of text. */
export interface GuardStep {
  /** Spans decided by this piece, ordered by start. Each is given once. */
  readonly spans: readonly Span[];
  /** Offset in the channel's original text up to which nothing that may still come can change the decision. Never falls. */
  readonly safeTo: number;
}

/**
 * An exact guardrail over text: pure, one per call, told every piece of every channel in order.
 * Only the pipeline holds, releases and rebuilds chunks.
 */
export interface TextGuard {
  /** The channels it looks at; others are not fed to it. */
  readonly channels: readonly Channel[];
  /** Takes the next piece of a text. */
  feed(key: ChannelKey, text: string): GuardStep;
  /**
   * The text is over. `eof`: complete, so what is undecided is decided now. `truncated`: it was cut, so what could still have
   * become a match is not safe.
   */
  finish(key: ChannelKey, end: "eof" | "truncated"): GuardStep;
}
