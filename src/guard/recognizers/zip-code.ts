import type { Candidate, Recognizer } from "../recognizer.ts";
import { labelled } from "./label.ts";

const states =
  "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AA|AE|AP";
const behindState = new RegExp(`(?:[a-z.],? ?\\n?|, ?)(?:${states}) {1,2}$`);

/**
 * Postal codes behind a label (`zip code`, `postcode`, `PLZ`, …), in the forms of the United States (USPS's five digits or nine),
 * the United Kingdom, Canada, the Netherlands, Ireland and those of four to eight digits; and five digits behind `City, ST`.
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
    inContext: labelled("zip"),
    patterns: [
      {
        pattern: "(?<![\\w.#$-])(?:\\d{4,8}|\\d{2,5}[ -]\\d{2,5}|[A-Z]{1,2}[ -]\\d{4,5})(?=$|[^\\w.-]|[.-](?:$|\\D))",
        score: 0.05,
        scoreInContext: 0.8,
      },
      {
        pattern:
          "(?<![\\w.#$-])(?:[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|\\d{4} ?[A-Z]{2}|[A-Z]\\d[\\dW] ?[A-Z\\d]{4})(?![\\w-])",
        score: 0.2,
        scoreInContext: 0.85,
      },
    ],
  },
];
