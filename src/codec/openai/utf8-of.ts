/** Latin-1 text whose characters are the bytes of UTF-8, as the characters they stand for. */
export function utf8Of(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), "latin1").toString("utf8");
}
