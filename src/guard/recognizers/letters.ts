/**
 * Letters of the Latin, Greek and Cyrillic scripts beyond ASCII, for a character class: those of international addresses (RFC 6531,
 * RFC 5890, RFC 3987) in scripts that put spaces between words.
 */
export const letters = "\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F\\u0391-\\u03A1\\u03A3-\\u03C9\\u0410-\\u045F";
