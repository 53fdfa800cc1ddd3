import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled, labelsRightBefore } from "./label.ts";

const states =
  "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AA|AE|AP";
const behindState = new RegExp(`(?:[a-z.],? ?\\n?|, ?)(?:${states}) {1,2}$`);

/** A line of an address that begins with the number of a house or ends in that of a part of it. */
const street = "(?:^|\\n) *\\d{1,5} \\p{Lu}[^\\n]{3,60}|\\b(?:Suite|Apt\\.?|Apartment|Unit|Box|Postbox) \\d{1,5}";
const place = "\\p{Lu}[\\p{L}'’. -]{1,40}";
/** What stands before the number of a place in an address: lines of names alone, or a name and a region. */
const behindPlace = new RegExp(
  `(?:${street}),?\\n *${place}\\n(?: *\\p{L}{2,20}\\n)? *$|(?:${street}|\\p{L}\\.? \\d{1,5}\\.?),?\\n${place} [A-Z]{1,4} $`,
  "u",
);
const inPlace = /\b[Ii]n \p{Lu}[\p{L}'’.-]{2,20}(?: \p{L}[\p{L}'’.-]{1,20}){0,3} $/u;
const noPlace = /\b(?:Table|Figure|Chapter|Part|Room|Step|Group|Article|Rule|Appendix|Unicode|Windows|\p{Lu}{2,3}) $/u;

/**
 * Postal codes behind a label (`zip code`, `postcode`, `PLZ`, …), in the forms of the United States (USPS's five digits or nine),
 * the United Kingdom, Canada, the Netherlands, Ireland and those of three to eight digits; in the last line of an address; behind `in
 * City`; and five digits behind `City, ST`.
 */
export const zipCodes: readonly Recognizer[] = [
  {
    entity: "ZIP_CODE",
    inContext: labelled("zip", "zipWord"),
    patterns: [
      {
        pattern: "(?<![\\w.#$-])\\d{5}(?:-\\d{4})?(?![\\w-])",
        score: 0.1,
        scoreInContext: 0.85,
        check: ({ before }: Candidate) => (behindState.test(before) ? true : undefined),
      },
    ],
  },
  {
    entity: "ZIP_CODE",
    inContext: (before) => hasLabel(before) || /(?:^|\n) *(?:ZIP|Zip): $/.test(before),
    patterns: [
      {
        pattern: "(?<![\\w.#$-])(?:\\d{3,8}|\\d{2,5}[ -]\\d{2,5}|[A-Z]{1,2}[ -]\\d{4,5})(?=$|[^\\w.-]|[.-](?:$|\\D))",
        score: 0.05,
        scoreInContext: 0.8,
        check: isInAddress,
      },
      {
        pattern:
          "(?<![\\w.#$-])(?:[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|\\d{4} ?[A-Z]{2}|[A-Z]\\d[\\dW] ?[A-Z\\d]{4})(?![\\w-])",
        score: 0.2,
        scoreInContext: 0.85,
        check: ({ before }) => (isBehindPlace(before) ? true : undefined),
      },
    ],
  },
];

const hasLabel = labelled("zip");

function isInAddress({ text, before }: Candidate): boolean | undefined {
  if (text.length < 4 && !/(?:: |\bis |\n *)$/.test(before)) return false;
  if (/^(?:[A-Z]|(?:19|20)\d\d$)/.test(text)) return undefined;
  if (isBehindPlace(before)) return true;
  if (text.length < 4 || text.length > 6 || !inPlace.test(before) || noPlace.test(before)) return undefined;
  return labelsRightBefore(before).length === 0 ? true : undefined;
}

function isBehindPlace(before: string): boolean {
  return /\n *$| [A-Z]{1,4} $/.test(before.slice(-24)) && behindPlace.test(before); // the first is quick to say no
}
