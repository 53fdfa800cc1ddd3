const wordPart = /[\p{L}\p{N}]/u;
/** What a guard has put in the place of a finding, or its end: the name of an entity says nothing of what stands after it. */
const placeholders = /(?:^|\[)[A-Z\d]*(?:_[A-Z\d]+)+\]/g;

/** A context that is one of these words, lower case, somewhere before the candidate: what a recognizer from a configuration has. */
export function afterWords(words: readonly string[]): (before: string) => boolean {
  return (before) => hasContext(before, words);
}

/**
 * Whether one of the words stands in a text: its beginning where a word begins, in either case. A word goes on as it likes, so
 * `account` is found in `accounts`; one of up to three letters stands alone.
 */
function hasContext(before: string, words: readonly string[]): boolean {
  const text = before.replace(placeholders, "[]").toLowerCase();
  return words.some((word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (at > 0 && wordPart.test(text[at - 1] ?? "")) continue;
      const next = text[at + word.length];
      if (word.length > 3 || next === undefined || !wordPart.test(next)) return true;
    }
    return false;
  });
}
