import type { WatchedKey } from "./watched-keys.ts";

/** How a vendor's chat completions differ from OpenAI's, in the requests that it takes. */
export interface VendorQuirks {
  /** OpenAI's parameters that it refuses, or has no use for. */
  readonly refused?: readonly string[];
  /** Members of a message that it refuses, beside those that only other vendors know. */
  readonly refusedInMessages?: readonly WatchedKey[];
  /** Members of a content part that it refuses. */
  readonly refusedInParts?: readonly WatchedKey[];
  /** Parameters that it knows under another name, by OpenAI's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** What it wants an earlier turn's reasoning to be called; `thinking`: a part of the content, as Mistral has it. Default: it takes none. */
  readonly reasoning?: "reasoning_content" | "reasoning" | "thinking";
  /** Whether it knows the role `developer`. Default: not, and such messages are sent as `system`. */
  readonly developer?: boolean;
}
