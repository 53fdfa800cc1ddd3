import type { Recognizer } from "../recognizer.ts";

/** From how many bits per character on a text is taken for random. Words have about 3, random Base64 of 20 to 40 characters 4 to 5. */
const randomFrom = 3.7;

/**
 * Texts that look random: 20 to 128 letters, digits and `+/_=-` with at least two kinds of them. It finds keys that no other
 * recognizer knows, and hashes, identifiers and Base64 data with them, and holds every long word until it ends: for those who ask.
 */
export const highEntropy: Recognizer = {
  entity: "HIGH_ENTROPY",
  patterns: [
    {
      pattern: "(?<![\\w+/=.-])[A-Za-z0-9+/_=-]{20,128}(?![\\w+/=.-])",
      score: 0.6,
      check: ({ text }) => (/\d/.test(text) && /[A-Za-z]/.test(text) && bitsPerCharacter(text) >= randomFrom ? undefined : false),
    },
  ],
};

/** Shannon's entropy of the characters of a text. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
