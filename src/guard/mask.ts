const wordPart = /[\p{L}\p{N}]/u;

/**
 * Makes the mask of a text: every letter and digit but the last `keepLast` becomes `*`, what stands between them stays. A text that
 * has no more than that many is masked whole.
 */
export function maskText(keepLast: number): (text: string) => string {
  return (text) => {
    const characters = [...text];
    let left = characters.filter((character) => wordPart.test(character)).length;
    const kept = left > keepLast ? keepLast : 0;
    return characters.map((character) => (wordPart.test(character) && left-- > kept ? "*" : character)).join("");
  };
}
