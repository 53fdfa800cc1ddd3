const longest = 512;

const scrubs: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/\S+/gi, "[url]"],
  [/\b[Bb]earer\s+\S+/g, "Bearer ***"],
  // Key-shaped words: a vendor's prefix and a tail, masked keys as vendors quote them, and long runs of letters and digits.
  [/\b(?:sk|pk|rk|gsk|xai|key|api|AIza|AKIA|ghp|hf)[-_]?[A-Za-z0-9_*-]{8,}/g, "***"],
  [/\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{32,}/g, "***"],
];

/** A vendor's error message as it may be shown: on one line, without URLs and what looks like a key, 512 characters at the most. */
export function publicMessage(message: string): string {
  let text = message.slice(0, 4 * longest).replace(/[\u0000-\u001f\u007f]+/g, " ");
  for (const [pattern, replacement] of scrubs) text = text.replace(pattern, replacement);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
