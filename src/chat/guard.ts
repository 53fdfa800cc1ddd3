import type { Role } from "#gen/sluice/chat/v1/chat_message_pb";

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

/** What is done to a span. Priority where spans overlap: in this order; the last two never change text. */
export const guardActions = ["block", "redact", "mask", "tokenize", "restore", "annotate", "monitor"] as const;
export type GuardAction = (typeof guardActions)[number];

/** A decided finding. */
export interface Span {
  /** UTF-16 code units of the channel's original text. */
  readonly start: number;
  /** One past the last, in the same unit. */
  readonly end: number;
  /** What was found, e.g. `EMAIL_ADDRESS`. */
  readonly entity: string;
  readonly action: GuardAction;
  /** What stands in its place, or makes that of the text that is replaced. Default empty. */
  readonly replacement?: Replacement;
}

/** A text, or a function that makes one of a text that was found: that text without the escapes of a tool call's JSON. */
export type Replacement = string | ((found: string) => string);

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

/** An exact guardrail over requests, whose texts come whole: each is fed once and finished. */
export interface RequestGuard extends TextGuard {
  /** Whose messages it looks at, and nothing else. Default everything. */
  readonly roles?: readonly Role[] | undefined;
}
