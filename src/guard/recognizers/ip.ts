import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled, labelsRightBefore } from "./label.ts";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const dotted = `${octet}\\.${octet}\\.${octet}\\.${octet}`;
const group = "[0-9A-Fa-f]{1,4}";

/**
 * IP addresses. IPv4 (RFC 791) in four decimal octets, unless a word before it or its place says that it is a version or a section;
 * IPv6 (RFC 4291) in full, shortened, or with an IPv4 address at its end, with or without a zone. Loopback, unspecified and
 * broadcast addresses and network masks are nobody's.
 */
export const ipAddress: Recognizer = {
  entity: "IP_ADDRESS",
  inContext: labelled("ip"),
  patterns: [
    {
      pattern: `(?<![\\w.+])${dotted}(?=$|[^\\w.+-]|\\.(?:$|\\W)|[+-](?:$|[^A-Za-z]))`,
      score: 0.3,
      scoreInContext: 0.9,
      check: isVersion4,
    },
    {
      pattern: `(?<![\\w:.])(?:(?:${group}:){7}${group}|(?:${group}:){6}${dotted})(?=$|[^\\w:.]|[:.](?:$|[^\\w:]))`,
      score: 0.9,
      check: isVersion6,
    },
    {
      pattern: `(?<![\\w:.])(?:${group}(?::${group}){0,6})?::(?:${group}(?::${group}){0,6}|(?:${group}:){0,5}${dotted})?(?=$|[^\\w:.]|[:.](?:$|[^\\w:]))`,
      score: 0.3,
      scoreInContext: 0.9,
      check: isVersion6,
    },
  ],
};

/** The unspecified address, this machine's, and masks. */
const nobody = /^(?:0\.0\.0\.0|127\.0\.0\.1|255\.(?:0|255|254|252|248|240|224|192|128)\.\d+\.\d+)$/;
/** How a version is compared with, or a section begins. */
const versionBefore = /[=~<>!]=$|[~^]$|§ ?$/;

function isVersion4({ text, before }: Candidate): boolean | undefined {
  const octets = text.split(".").map(Number);
  const [first = 0, second = 0] = octets;
  if (nobody.test(text)) return false;
  const isPrivate = first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32);
  if (labelsRightBefore(before).includes("version") || versionBefore.test(before)) return false;
  if (/[A-Za-z][/-]$/.test(before)) return isPrivate && !text.endsWith(".0"); // `host/10.0.0.1`, but `Chrome/119.0.0.0`
  if (isPrivate) return true;
  if (first === 0 || first === 255) return undefined;
  return octets.every((octet) => octet < 32) && new Set(octets).size > 1 ? undefined : true;
}

/** `true` for what no program's text has by chance: eight groups, or a shortened address of several groups with a digit. */
function isVersion6({ text }: Candidate): boolean | undefined {
  const groups = text.split(":").filter((part) => part !== "");
  const shortened = text.includes("::");
  const units = groups.length + (text.includes(".") ? 1 : 0);
  if (text.indexOf("::") !== text.lastIndexOf("::") || (shortened && units > 7)) return false;
  if (groups.length === 0 || /^(?:0*:)*:?0*1?$/.test(text)) return false;
  if (groups.length < 3 && groups.every((part) => part.length < 3)) return false;
  if (!shortened) return groups.some((part) => part.length !== 2);
  const global =
    /^(?:fe[89ab][0-9a-f]|f[cd][0-9a-f]{2}|ff[0-9a-f]{2}|2[0-9a-f]{3}|3[0-9a-f]{3}|64):/i.test(text) && groups.length > 1;
  return global || text.includes(".") || (groups.length >= 3 && /\d/.test(text) && /[a-f]/i.test(text)) ? true : undefined;
}
