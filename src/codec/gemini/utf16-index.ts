/** Where in a text, in UTF-16 units, a number of bytes of its UTF-8 ends; the text's end when it has fewer. */
export function utf16Index(text: string, bytes: number): number {
  let at = 0;
  let left = bytes;
  while (left > 0 && at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += code < 0x10000 ? 1 : 2;
  }
  return at;
}
