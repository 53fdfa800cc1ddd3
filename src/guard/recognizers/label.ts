import { CharacterFold } from "../character-fold.ts";
import { type Label, labelWords } from "./label-words.ts";
import { withPlaceholdersAs } from "./placeholders.ts";
import { WordsFromEnd } from "./words-from-end.ts";

/** Words that a label and its value may have between them without being farther apart. */
const fillers = new Set(
  "number, numbers, no, nr, num, id, ids, code, value, is, was, are, the, my, our, a, it, s, its, me, us, him, her, them, you, back, at, on, under".split(
    ", ",
  ),
);

/** A phrase that is a label: its words from the last to the first. */
interface Phrase {
  readonly words: readonly string[];
  readonly labels: Label[];
}

/** Phrases by their last word, the longest first. */
const phrases = new Map<string, Phrase[]>();
/** Phrases of scripts that put no spaces between words. */
const unspaced: [phrase: string, label: Label][] = [];
const unspacedScript = /[\u0E00-\u0E7F\u3040-\u9FFF\uAC00-\uD7AF]/;

for (const [label, { words }] of Object.entries(labelWords) as [Label, (typeof labelWords)[Label]][]) {
  for (const phrase of words.join(", ").split(", ").flatMap(foldedForms)) {
    if (unspacedScript.test(phrase)) unspaced.push([phrase, label]);
    else addPhrase(phrase.split(" ").reverse(), label);
  }
}

function addPhrase(words: readonly string[], label: Label): void {
  const [last = ""] = words;
  const alike = phrases.get(last) ?? [];
  const known = alike.find((phrase) => phrase.words.join() === words.join());
  if (known !== undefined) known.labels.push(label);
  else
    phrases.set(
      last,
      [...alike, { words, labels: [label] }].sort((a, b) => b.words.length - a.words.length),
    );
}

/**
 * What a phrase looks like once the text it is in has been folded and then put in lower case: accents are gone, and letters that
 * look like Latin ones are those, which depends on the case that they were written in.
 */
function foldedForms(phrase: string): string[] {
  const fold = CharacterFold.with();
  const written = [phrase, phrase.charAt(0).toUpperCase() + phrase.slice(1), phrase.toUpperCase()];
  const forms = written.map((text) => Array.from(text, (character) => fold.of(character.codePointAt(0) ?? 0)).join(""));
  return [...new Set(forms.map((form) => form.toLowerCase()))];
}

/** How many words may stand between any label and its value. */
const furthest = Math.max(...Object.values(labelWords).map(({ within }) => within));

/** The labels of a phrase, and how many words stand between it and the value. */
interface Found {
  readonly labels: readonly Label[];
  readonly between: number;
}

const nothing: Found = { labels: [], between: 0 };
let lastBefore = "";
let lastFound = nothing;

/**
 * The labels of a value that stands behind `before`: those of the nearest phrase that is one, is near enough, and is not parted from
 * the value by a line, a bracket or other values. Words end where a letter or digit does, and within `camelCase`; a plural counts as
 * the singular. What is asked again at once is remembered, since every pattern that matches at a place asks.
 */
export function labelsBefore(before: string): readonly Label[] {
  return found(withPlaceholdersAs(";;;00", before)).labels;
}

/** The same, where no find that has been redacted parts a value from its label: what speaks against another entity. */
export function labelsPerhapsBefore(before: string): readonly Label[] {
  return found(withPlaceholdersAs(" ", before)).labels;
}

/** Of these the ones with no word between but fillers: what the value is said to be rather than what the talk is of. */
export function labelsRightBefore(before: string): readonly Label[] {
  const { labels, between } = found(withPlaceholdersAs(" ", before));
  return between === 0 ? labels : [];
}

/** Whether a value is said to be the number of a thing: by a label, a `#` or an `id` right before it and nothing that says otherwise. */
export function isReference(before: string): boolean {
  const labels = labelsRightBefore(before);
  return labels.includes("reference") || (labels.length === 0 && /(?:#|\bids?["']?\s?[:=]?\s?["']?)$/i.test(before));
}

function found(before: string): Found {
  if (before !== lastBefore) {
    lastFound = nearestLabels(before);
    lastBefore = before;
  }
  return lastFound;
}

/** Whether one of these labels is the nearest one before a value. */
export function labelled(...labels: readonly Label[]): (before: string) => boolean {
  return (before) => labelsBefore(before).some((label) => labels.includes(label));
}

function nearestLabels(before: string): Found {
  const words = new WordsFromEnd(before.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase());
  let between = 0;
  for (let i = 0; between <= furthest; i++) {
    const word = words.at(i);
    if (word === undefined) break;
    const labels = phraseEndingAt(words, i, word)?.filter((label) => between <= labelWords[label].within);
    if (labels !== undefined && labels.length > 0) {
      const gap = words.behind(i);
      const ended = word.length > 3 && /^[.!?]\s/.test(gap);
      return leadsOn(gap)
        ? { labels: ended ? labels.filter((label) => labelWords[label].within > 0) : labels, between: ended ? 1 : between }
        : nothing;
    }
    if (!fillers.has(word) && !isNumber(word)) between++;
  }
  return nothing;
}

function isNumber(word: string): boolean {
  const unit = word.charCodeAt(0);
  return unit >= 0x30 && unit <= 0x39;
}

/** Whether what stands between a label and a value lets the one be of the other: a mark or two, or words of the same line without values of their own. */
function leadsOn(gap: string): boolean {
  if (/^[^\p{L}\p{N}]{0,4}$/u.test(gap)) return gap !== "/" && !/['"] ?,/.test(gap);
  if (/^[/\\.]\p{L}|[\n;{}|<>[\]]| - /u.test(gap) || gap.split("(").length !== gap.split(")").length) return false;
  const rest = gap.replace(/^[ #]?\d{1,2}(?= ?[:.)=])/, "");
  return !/\d/.test(rest) || !/\p{L}/u.test(rest.replace(/\b(?:and|or|und|oder|et|ou|y)\b/g, ""));
}

function phraseEndingAt(words: WordsFromEnd, last: number, word: string): readonly Label[] | undefined {
  const singular = word.endsWith("s") ? phrases.get(word.slice(0, -1)) : undefined;
  for (const alike of [phrases.get(word), singular]) {
    const phrase = alike?.find((candidate) => candidate.words.every((part, i) => i === 0 || part === words.at(last + i)));
    if (phrase !== undefined) return phrase.labels;
  }
  if (!unspacedScript.test(word)) return undefined;
  return unspaced.filter(([phrase]) => word.includes(phrase)).map(([, label]) => label);
}
