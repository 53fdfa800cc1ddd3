let table: Uint8Array | undefined;

/**
 * Per UTF-16 code unit, 1 when it is part of a word: letters, digits and `_`, but for scripts that are written without spaces or
 * that join particles to words (Han, kana, Hangul, Thai, Lao, Khmer, Myanmar), where every place is a word's border.
 */
export function wordUnits(): Uint8Array {
  table ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => {
    const character = String.fromCharCode(unit);
    return word.test(character) && !spaceless.test(character) ? 1 : 0;
  });
  return table;
}

const word = /[\p{L}\p{N}_]/u;
const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
