import { createHash } from "node:crypto";

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/**
 * The payload of a Base58Check text, its version byte first, or `undefined` if the text is none or its four check bytes, the first of
 * a double SHA-256, differ. Source: en.bitcoin.it/wiki/Base58Check_encoding.
 */
export function base58check(text: string): Uint8Array | undefined {
  let number = 0n;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    number = number * 58n + BigInt(value);
  }
  const leadingZeros = text.length - text.replace(/^1+/, "").length;
  const hex = number === 0n ? "" : number.toString(16);
  const bytes = Buffer.from("00".repeat(leadingZeros) + (hex.length % 2 === 1 ? `0${hex}` : hex), "hex");
  const payload = bytes.subarray(0, -4);
  const check = sha256(sha256(payload)).subarray(0, 4);
  return bytes.length > 4 && check.equals(bytes.subarray(-4)) ? payload : undefined;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
