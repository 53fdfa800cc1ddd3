import type { ByteSpan } from "../../chat/stream.ts";

/** A member's span with the comma after it, or the one before it when it is the last: what can be cut from its object. */
export function withComma(text: string, start: number, end: number): ByteSpan {
  let after = end;
  while (isSpace(text.charCodeAt(after))) after++;
  if (text.charCodeAt(after) === 44) return { start, end: after + 1 };
  let before = start - 1;
  while (isSpace(text.charCodeAt(before))) before--;
  return { start: text.charCodeAt(before) === 44 ? before : start, end };
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
