import { base58check } from "../checksums/base58check.ts";
import { bech32 } from "../checksums/bech32.ts";
import { keccak256 } from "../checksums/keccak256.ts";
import type { Recognizer } from "../recognizer.ts";
import { proves } from "./check.ts";
import { labelled } from "./label.ts";

/** Version bytes of Base58Check addresses: Bitcoin and Litecoin to a key and to a script, Dogecoin, Tron. */
const versions = new Set([0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x41]);

const base58 = "[1-9A-HJ-NP-Za-km-z]";
const bech32Data = "[ac-hj-np-z02-9]";

/**
 * Addresses of cryptocurrencies: Bitcoin, Litecoin, Dogecoin and Tron in Base58Check; Bitcoin, Litecoin and Cardano in Bech32
 * (BIP 173, BIP 350); Ethereum's `0x` and forty hexadecimal digits with the checksum of their case (ERC-55), or behind a label when
 * of one case.
 */
export const cryptoAddress: Recognizer = {
  entity: "CRYPTO",
  inContext: labelled("address"),
  patterns: [
    {
      pattern: `(?<!\\w)(?:[13]${base58}{25,34}|[LM][1-9A-HJ-NP-Za-km-z]{25,33}|[DAT][1-9A-HJ-NP-Z]${base58}{24,33})(?!\\w)`,
      score: 1,
      check: proves((text) => {
        const payload = base58check(text);
        return payload?.length === 21 && versions.has(payload[0] ?? -1);
      }),
    },
    {
      pattern: `(?<!\\w)(?:(?i:bc|ltc)1(?:${bech32Data}{8,87}|[AC-HJ-NP-Z02-9]{8,87})|addr1${bech32Data}{50,110})(?!\\w)`,
      score: 1,
      check: proves((text) => bech32(text) !== undefined),
    },
    {
      pattern: "(?<!\\w)0x[0-9A-Fa-f]{40}(?!\\w)",
      score: 0.3,
      scoreInContext: 0.9,
      check: ({ text }) => {
        const digits = text.slice(2);
        if (/^(.)\1+$/.test(digits)) return false;
        return digits === digits.toLowerCase() || digits === digits.toUpperCase() ? undefined : digits === withChecksum(digits);
      },
    },
  ],
};

/** An Ethereum address in the case that ERC-55 gives its letters: upper where the digest of the lower case has a nibble of 8 or more. */
function withChecksum(digits: string): string {
  const digest = keccak256(new TextEncoder().encode(digits.toLowerCase()));
  return Array.from(digits, (digit, i) =>
    Number.parseInt(digest[i] ?? "0", 16) > 7 ? digit.toUpperCase() : digit.toLowerCase(),
  ).join("");
}
