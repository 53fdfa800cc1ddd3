import type { Span } from "../chat/guard.ts";
import type { FoldedText } from "./folded-text.ts";

/** A find: folded units `start` to `end` (exclusive), and which of the things that are searched for it is. */
export interface TextMatch {
  readonly pattern: number;
  readonly start: number;
  readonly end: number;
}

/** Finds things in one text that arrives in pieces: none overlapping another, each as soon as it is decided. */
export interface TextMatcher {
  /** Everything before it is decided. An index of the folded text. */
  readonly decided: number;
  /** Steps so far: what the time is proportional to. */
  readonly steps: number;
  /** Reads what has been added to the text; what is decided by it goes into `out`. */
  feed(text: FoldedText, out: TextMatch[]): void;
  /** The text is complete: decides the rest. */
  finish(text: FoldedText, out: TextMatch[]): void;
}

/** Things that are searched for together, compiled once. */
export interface TextSearch {
  newMatcher(text: FoldedText): TextMatcher;
  /** What a find is, but for its place; undefined when it is to be left alone. */
  finding(match: TextMatch, text: FoldedText): Omit<Span, "start" | "end"> | undefined;
}
