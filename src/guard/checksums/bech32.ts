const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/**
 * Which of the two checksums a text of a prefix, a `1` and data holds by, or `undefined`: BIP 173 (`bech32`), BIP 350 (`bech32m`).
 * Of one case, as both ask; the length is the caller's to bound.
 */
export function bech32(text: string): "bech32" | "bech32m" | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || lower.length - separator < 7) return undefined;
  const prefix = Array.from(lower.slice(0, separator), (character) => character.charCodeAt(0));
  const data = Array.from(lower.slice(separator + 1), (character) => alphabet.indexOf(character));
  if (data.includes(-1)) return undefined;
  const rest = polymod([...prefix.map((unit) => unit >> 5), 0, ...prefix.map((unit) => unit & 31), ...data]);
  return rest === 1 ? "bech32" : rest === 0x2bc830a3 ? "bech32m" : undefined;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    generator.forEach((term, i) => {
      if ((top >>> i) & 1) check ^= term;
    });
  }
  return check >>> 0;
}
