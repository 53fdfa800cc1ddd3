/** The decimal digits of a text, without what stands between them. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
