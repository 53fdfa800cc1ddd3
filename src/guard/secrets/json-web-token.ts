import type { Recognizer } from "../recognizer.ts";

/** JSON Web Tokens in compact form, signed or encrypted: RFC 7519, RFC 7515, RFC 7516. Their first part is JSON that names an algorithm. */
export const jsonWebToken: Recognizer = {
  entity: "JWT",
  patterns: [
    {
      pattern: "(?<![\\w.-])eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){2,4}",
      maxSpan: 8192,
      score: 0.9,
      check: ({ text }) => namesAlgorithm(text.slice(0, text.indexOf("."))),
    },
  ],
};

function namesAlgorithm(header: string): boolean {
  try {
    return /"alg"\s*:/.test(JSON.stringify(JSON.parse(Buffer.from(header, "base64url").toString())));
  } catch {
    return false;
  }
}
