const longest = 512;

const scrubs: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "[url]"],
  [/\bBearer\s+\S+/gi, "Bearer ***"],
  // Keys with a vendor's prefix, also masked ones as vendors quote them.
  [/\b(?:(?:sk|pk|rk|gsk|xai|ghp|hf)[-_]|AIza|AKIA)[A-Za-z0-9_*-]{6,}/g, "***"],
  // What follows the words key, token or secret and has a digit or a mask in it: names of fields have neither.
  [
    /(?<![a-z])(key|token|secret|password)(["']?(?:\s*[:=]\s*|\s+(?:provided|is)\s*:?\s*|-)["']?)(?=[\w-]*[\d*])[\w*-]{6,}/gi,
    "$1$2***",
  ],
  // Long runs of letters and digits.
  [/\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{32,}/g, "***"],
];

/** A vendor's error message as it may be shown: on one line, without URLs and what looks like a key, 512 characters at the most. */
export function publicMessage(message: string): string {
  let text = message.slice(0, 4 * longest).replace(/\p{Cc}+/gu, " ");
  for (const [pattern, replacement] of scrubs) text = text.replace(pattern, replacement);
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}
