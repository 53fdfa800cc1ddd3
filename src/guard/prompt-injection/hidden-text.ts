/** A text that another hides, and where. UTF-16 code units. */
export interface HiddenText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Base64 (RFC 4648, both alphabets) that is long enough to say something. */
const base64 = /[\w+/-]{24,}={0,2}/g;
/** The tag characters that mirror ASCII and are not seen (Unicode §23.9). */
const tags = /[\u{e0020}-\u{e007e}]{4,}/gu;
const hex = /(?:[\da-f]{2}){16,}/gi;
const mostBytes = 64 * 1024;

/** What a text says that a reader does not see: in Base64, in hexadecimal digits, in tag characters. */
export function hiddenTexts(text: string): HiddenText[] {
  const found: HiddenText[] = [];
  const add = (pattern: RegExp, decode: (written: string) => string | undefined) => {
    for (const { 0: written, index } of text.matchAll(pattern)) {
      const decoded = decode(written.slice(0, mostBytes));
      if (decoded !== undefined) found.push({ text: decoded, start: index, end: index + written.length });
    }
  };
  add(base64, (written) => readable(Buffer.from(written, "base64")));
  add(hex, (written) => readable(Buffer.from(written, "hex")));
  add(tags, (written) => String.fromCodePoint(...Array.from(written, (tag) => (tag.codePointAt(0) ?? 0) - 0xe0000)));
  return found;
}

/** Bytes as text, if they are mostly printable ASCII. */
function readable(bytes: Buffer): string | undefined {
  let printable = 0;
  for (const byte of bytes) if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a) printable++;
  return printable >= bytes.length * 0.95 ? bytes.toString("latin1") : undefined;
}
