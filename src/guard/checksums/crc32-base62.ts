import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * The CRC-32 of a text in base 62, six digits long: what GitHub's and npm's tokens end with. Source: GitHub's blog, "Behind GitHub's
 * new authentication token formats", 2021.
 */
export function crc32Base62(text: string): string {
  let rest = crc32(text);
  let digits = "";
  while (digits.length < 6) {
    digits = `${alphabet[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
