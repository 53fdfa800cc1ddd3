/**
 * The remainder by 97 of a text of decimal digits and letters, a letter standing for two digits (A is 10, Z is 35): ISO/IEC 7064,
 * MOD 97-10. What is protected by it leaves 1.
 */
export function mod97(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest;
}
