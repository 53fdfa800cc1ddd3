import type { Channel } from "../chat/guard.ts";

/** One text of a reply as a level-1 hook sees it: a sliding window over what has arrived so far. */
export interface TextWindow {
  readonly channel: Channel;
  /** The choice's index. */
  readonly choice: number;
  /** The tool call's index; 0 on other channels. */
  readonly tool: number;
  /** The window: the newest text, at most the monitoring window's characters. */
  readonly text: string;
  /** The end of `text` that no earlier update had. May be empty. */
  readonly added: string;
  /** Offset of `text` in the whole text. UTF-16 code units. */
  readonly offset: number;
  /** Length of the whole text so far. UTF-16 code units. */
  readonly length: number;
}

/** What a level-1 hook is given: the reply's texts, as windows of bounded size. */
export interface ResponseText {
  /** Every text that has begun, in order of appearance. */
  readonly windows: readonly TextWindow[];
  /** The content window of a choice (default 0). Empty before its first character. */
  text(choice?: number): string;
  /** True on the last update of the reply. */
  readonly final: boolean;
}
