import { isUtf8 } from "node:buffer";

/** Of base64 that is longer, the beginning says whether it is text. */
const headUnits = 4096;

/**
 * The texts that guards look at in bytes, in base64 or in a data URL (RFC 2397): what is UTF-8 in it. Images, sounds and other
 * binary forms have none.
 */
export function mediaTexts(value: string | Uint8Array): readonly string[] {
  if (typeof value !== "string") return isUtf8(value) ? [Buffer.from(value).toString()] : [];
  const [prefix] = /^data:[^,]*;base64,/i.exec(value) ?? [];
  if (prefix === undefined && !/^[\w+/-]*={0,2}$/.test(value)) return [value];
  const base64 = prefix === undefined ? value : value.slice(prefix.length);
  const found = base64Text(base64);
  const asWritten = base64.length <= headUnits ? value : (prefix ?? ""); // a short one may as well be no base64
  return found === undefined ? [asWritten] : [asWritten, found];
}

function base64Text(base64: string): string | undefined {
  const head = Buffer.from(base64.slice(0, headUnits), "base64");
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: base64.length > headUnits });
  } catch {
    return undefined;
  }
  const bytes = Buffer.from(base64, "base64");
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
