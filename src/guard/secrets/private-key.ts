import type { Recognizer } from "../recognizer.ts";

const begin = "(?<!-)-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----";
const end = "-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----";

/**
 * Private keys in textual encoding (RFC 7468, RFC 1421, OpenPGP's armour in RFC 9580), lines ended by line breaks or by `\n` in a
 * string; one whose end is missing as far as its lines go. At most 16,384 characters: at that length it is taken for one.
 */
export const privateKey: Recognizer = {
  entity: "PRIVATE_KEY",
  patterns: [
    { pattern: `${begin}[\\w+/=\\s\\\\:,.;()<>@-]*${end}`, maxSpan: 16_384, atMaxSpan: "match", score: 1 },
    { pattern: `${begin}(?:[\\s\\\\nr]{1,6}[A-Za-z0-9+/=]{16,})+`, maxSpan: 16_384, atMaxSpan: "match", score: 0.9 },
  ],
};
