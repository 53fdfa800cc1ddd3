export const backslash = 0x5c;
export const lineBreak = 0x0a;

/** Whether a unit behind a backslash makes a line break, a return or a tab of it: `\n`, `\r`, `\t`. */
export function standsForSpace(unit: number): boolean {
  return unit === 0x6e || unit === 0x72 || unit === 0x74;
}

/** A text in which line breaks, returns and tabs that are written out are line breaks. */
export function withLineBreaks(text: string): string {
  return text.includes("\\") ? text.replace(/\\[nrt]/g, "\n") : text;
}
