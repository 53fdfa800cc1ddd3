import { describe, expect, it } from "vitest";
import { base58check } from "./base58check.ts";
import { bech32 } from "./bech32.ts";
import { crc32Base62 } from "./crc32-base62.ts";
import { keccak256 } from "./keccak256.ts";
import { luhn } from "./luhn.ts";
import { mod11And10 } from "./mod11-10.ts";
import { mod97 } from "./mod97.ts";
import { verhoeff } from "./verhoeff.ts";
import { weightedSum } from "./weighted-sum.ts";

/** Every text that differs from `text` in one decimal digit. */
function withOneDigitChanged(text: string): string[] {
  return [...text].flatMap((digit, i) =>
    [..."0123456789"]
      .filter((other) => /\d/.test(digit) && other !== digit)
      .map((other) => text.slice(0, i) + other + text.slice(i + 1)),
  );
}

/** Every text in which two different neighbouring digits have changed places. */
function withTwoDigitsSwapped(text: string): string[] {
  return [...text.slice(1)].flatMap((digit, i) =>
    digit === text[i] ? [] : [text.slice(0, i) + digit + text[i] + text.slice(i + 2)],
  );
}

describe.each<[name: string, check: (text: string) => boolean, examples: readonly string[]]>([
  // ISO/IEC 7812-1 as quoted in public examples; test cards of the schemes
  ["luhn", luhn, ["79927398713", "4111111111111111", "378282246310005", "6011111111111117"]],
  // ISO 7064 MOD 11,10: the standard's own 0794 with check digit 5; the German tax office's examples
  ["mod11And10", mod11And10, ["07945", "86095742719", "47036892816"]],
  // Verhoeff: 236 has the check digit 3, 12345 the digit 1
  ["verhoeff", verhoeff, ["2363", "123451", "142857" + "0"]],
])("%s", (_, check, examples) => {
  it.each(examples)("holds for %s and for no text that differs in a digit", (text) => {
    expect(check(text)).toBe(true);
    expect(withOneDigitChanged(text).filter(check)).toEqual([]);
  });
});

it("verhoeff sees any two neighbours that have changed places", () => {
  expect(["2363", "123451", "1428570"].flatMap(withTwoDigitsSwapped).filter(verhoeff)).toEqual([]);
});

it.each(["WEST12345698765432GB82", "370400440532013000DE89"])("mod97 leaves 1 of %s", (text) => {
  expect(mod97(text)).toBe(1);
  expect(withOneDigitChanged(text).filter((other) => mod97(other) === 1)).toEqual([]);
});

it("weightedSum weighs the digits it has weights for", () => {
  expect(weightedSum("1234", [1, 10, 100])).toBe(321);
});

describe("base58check", () => {
  // The addresses of Bitcoin's first block and of BIP 16's wiki page
  it.each([
    ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 0x00],
    ["3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", 0x05],
  ])("gives the payload of %s", (text, version) => {
    const payload = base58check(text);
    expect(payload).toHaveLength(21);
    expect(payload?.[0]).toBe(version);
  });

  it.each(["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a", "1", ""])("refuses %j", (text) => {
    expect(base58check(text)).toBeUndefined();
  });
});

describe("bech32", () => {
  it.each([
    ["A12UEL5L", "bech32"], // BIP 173's test vectors
    ["abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "bech32"],
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bech32"],
    ["A1LQFN3A", "bech32m"], // BIP 350's
    ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bech32m"],
    ["A12uEL5L", undefined],
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", undefined],
    ["1nwldj5", undefined],
    ["bc1bqqqqqq", undefined],
    ["noseparator", undefined],
  ])("%s is %s", (text, expected) => {
    expect(bech32(text)).toBe(expected);
  });
});

it.each([
  ["", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
  ["abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
])("keccak256 of %j is as the Keccak team publishes it", (text, digest) => {
  expect(keccak256(new TextEncoder().encode(text))).toBe(digest);
});

it("crc32Base62 writes the CRC-32 of the standard's check text, cbf43926, in six digits", () => {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const written = crc32Base62("123456789");
  expect(written).toHaveLength(6);
  expect([...written].reduce((value, digit) => value * 62 + digits.indexOf(digit), 0)).toBe(0xcbf43926);
  expect(crc32Base62("")).toBe("000000");
});
