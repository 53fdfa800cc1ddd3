const token = /\s*[\p{L}\p{M}\p{N}_]{1,12}|\s*[^\s\p{L}\p{M}\p{N}_]|\s+/gu;

/**
 * A text in the demo's tokens: words (at most 12 characters) and single marks, each with the space before it. Joined they are the
 * text again. It is nobody's real tokenizer: the demo counts by it, consistently.
 */
export function* tokensOf(text: string): Generator<string, undefined> {
  for (const [piece] of text.matchAll(token)) yield piece;
}

/** How many of the demo's tokens a text has. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of tokensOf(text)) count++;
  return count;
}
