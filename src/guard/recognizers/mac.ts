import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";

/**
 * Hardware addresses of six or eight octets: IEEE 802's MAC-48 and EUI-64 in pairs with `:` or `-`, Cisco's three groups of four with
 * dots. The unset and the broadcast address are nobody's.
 */
export const macAddress: Recognizer = {
  entity: "MAC_ADDRESS",
  inContext: labelled("mac"),
  patterns: [
    {
      pattern:
        "(?<![\\w:.-])(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7})(?=$|[^\\w:-]|[:-](?:$|[^\\w:]))",
      score: 0.8,
      check: isAssigned,
    },
    {
      pattern: "(?<![\\w:.-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![\\w:-])",
      score: 0.3,
      scoreInContext: 0.9,
      check: isAssigned,
    },
    {
      pattern: "(?<![\\w:.-])[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}(?=$|[^\\w.-]|\\.(?:$|[^\\w]))",
      score: 0.3,
      scoreInContext: 0.9,
      check: isAssigned,
    },
  ],
};

/** `true` for groups with a letter in them, which no date, time or amount has; `undefined` for decimal digits alone. */
function isAssigned({ text }: Candidate): boolean | undefined {
  const digits = text.replace(/[^0-9A-Fa-f]/g, "").toLowerCase();
  if (/^(.)\1+$/.test(digits)) return false;
  return /[a-f]/.test(digits) && digits.length < text.length ? true : undefined;
}
