import { seededPicks } from "./seeded.ts";

const adjectives = [
  "quiet",
  "old",
  "narrow",
  "bright",
  "patient",
  "distant",
  "small",
  "heavy",
  "early",
  "steady",
  "open",
  "green",
];
const nouns = [
  "river",
  "harbour",
  "lantern",
  "mill",
  "garden",
  "bridge",
  "letter",
  "orchard",
  "market",
  "window",
  "clock",
  "valley",
];
const verbs = [
  "keeps",
  "follows",
  "carries",
  "remembers",
  "crosses",
  "lights",
  "holds",
  "answers",
  "watches",
  "turns",
  "mends",
  "meets",
];
const endings = [
  "before dawn",
  "in the rain",
  "without hurry",
  "every spring",
  "for the travellers",
  "as it always has",
  "until evening",
];

/** Endless prose, a sentence at a time with the space before it; the same for the same seed. */
export function* proseOf(seed: number): Generator<string, never> {
  const pick = seededPicks(seed);
  const word = (list: readonly string[]) => list[pick(list.length)] ?? "";
  for (let separator = ""; ; separator = " ") {
    const subject = `${word(adjectives)} ${word(nouns)}`;
    const object = `${word(adjectives)} ${word(nouns)}`;
    const ending = pick(3) === 0 ? "" : ` ${word(endings)}`;
    yield `${separator}The ${subject} ${word(verbs)} the ${object}${ending}.`;
  }
}
