/**
 * A vector as OpenAI writes it with `encoding_format: base64`: its 32-bit numbers, little-endian
 * (https://platform.openai.com/docs/api-reference/embeddings/create).
 */
export function valuesToBase64(values: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, i * 4); // i is within bounds
  return bytes.toString("base64");
}

/** The vector of such a text; undefined when it is none: no base64, not of whole numbers, or one that is not finite. */
export function valuesFromBase64(text: string): number[] | undefined {
  const bytes = Buffer.from(text, "base64");
  const characters = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length;
  if (bytes.length !== Math.floor((characters * 3) / 4) || bytes.length % 4 !== 0) return undefined; // others are passed over
  const values: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readFloatLE(at);
    if (!Number.isFinite(value)) return undefined;
    values.push(value);
  }
  return values;
}

/** Numbers as 32-bit ones, which is what vectors hold; undefined when one is not finite. Changes the array. */
export function toFloat32(values: number[]): number[] | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(values[i] as number); // i is within bounds
    if (!Number.isFinite(value)) return undefined;
    values[i] = value;
  }
  return values;
}
