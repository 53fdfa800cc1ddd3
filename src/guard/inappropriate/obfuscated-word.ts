import type { RecognizerPattern } from "../recognizer.ts";

/** What letters are written as, beside themselves: figures and signs that are drawn like them, and stars for vowels. */
const alike: Readonly<Record<string, string>> = {
  a: "a@4*",
  b: "b8",
  e: "e3*",
  g: "g69",
  i: "i1!|*",
  l: "l1|",
  o: "o0*",
  s: "s5$",
  t: "t7+",
  u: "uv*",
  z: "z2",
};
const separators = "._*~^'-";
const endings = "(?:[s5$z]|[e3][sdr][s5$z]?|[i1!]ng?[s5$z]?)?";
const begins = "(?<![\\p{L}\\p{N}])";
const ends = "(?![\\p{L}\\p{N}])";
/** Shorter words are common in letters that stand apart. */
const shortestSpaced = 4;

/**
 * The forms that a word or a phrase of the list is written in: letters drawn out (`fuuuck`), replaced by figures, signs and stars
 * (`sh1t`, `f*ck`), with signs between them (`f.u.c.k`), and, if it is one word, with spaces between all of them (`f u c k`).
 */
export function obfuscatedWord(entry: string): readonly RecognizerPattern[] {
  const grows = entry.endsWith("~");
  const words = (grows ? entry.slice(0, -1) : entry).split(" ");
  const ending = grows ? endings : "";
  const joined = words.map((word) => lettersOf(word).join(`[${separators}]{0,2}`)).join("[^\\p{L}\\p{N}]{1,3}");
  const check: RecognizerPattern["check"] = ({ text }) => (mostlyLetters(text) ? undefined : false);
  const forms = [`${begins}${joined}${ending}${ends}`];
  const [only = ""] = words;
  if (words.length === 1 && only.length >= shortestSpaced) {
    forms.push(`${begins}${lettersOf(only).join(`[ ${separators}]{1,3}`)}${ends}`);
  }
  return forms.map((pattern) => ({ pattern, score: 1, check }));
}

function lettersOf(word: string): string[] {
  return [...word].map((letter, index) => {
    const likes = alike[letter];
    if (likes === undefined) return `${letter}{1,3}`;
    const inside = index > 0 && index < word.length - 1 && word.length >= shortestSpaced;
    const shown = inside ? likes : likes.replace("*", "");
    return `[${shown.replace(/[|$*+^]/g, "\\$&")}]{1,3}`;
  });
}

/** Whether at least half of the characters are letters: `455` is a number. */
function mostlyLetters(text: string): boolean {
  const written = text.replace(/[\s._~^'-]/g, "");
  return (written.match(/\p{L}/gu) ?? []).length * 2 >= written.length;
}
