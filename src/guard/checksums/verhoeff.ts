/** The positions are permuted by this, again and again: J. Verhoeff, Error Detecting Decimal Codes, 1969. */
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Whether the last of the decimal digits is the check digit of the others, by the dihedral group of ten (Verhoeff's scheme). */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    for (let turn = 0; turn < i % 8; turn++) digit = permutation[digit] ?? 0;
    check = dihedral(check, digit);
  }
  return check === 0;
}

/** The product in the dihedral group of order ten: 0 to 4 are turns, 5 to 9 are reflections. */
function dihedral(left: number, right: number): number {
  const turn = left < 5 ? left + right : left - right + 5;
  const reflected = left < 5 === right < 5 ? 0 : 5;
  return (((turn % 5) + 5) % 5) + reflected;
}
