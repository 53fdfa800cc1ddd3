import type { Recognizer } from "../recognizer.ts";
import { obfuscatedWord } from "./obfuscated-word.ts";
import { type Category, wordsOf } from "./word-list.ts";

export { type Category, categories } from "./word-list.ts";

/** The recognizer of a category of words, to be used on text that is folded with its case. */
export function wordRecognizer(category: Category): Recognizer {
  return { entity: category.toUpperCase(), patterns: wordsOf(category).flatMap(obfuscatedWord) };
}
