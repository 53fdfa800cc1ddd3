import type { Candidate, Recognizer } from "../recognizer.ts";
import { digitsOf } from "./digits.ts";
import { labelled, labelsRightBefore } from "./label.ts";

const end = String.raw`(?=$|[^\w.-]|[.-](?:$|[^\d]))`;

/**
 * United States social security numbers: `AAA-GG-SSSS` anywhere, with spaces, dots or nothing between only behind a label. Area, group
 * and serial number as the Social Security Administration assigns them (no 000, 666 and 9xx, no 00, no 0000); there is no check digit.
 * Numbers that were printed as samples count, since nobody can tell that they are meant as such.
 */
export const usSsn: Recognizer = {
  entity: "US_SSN",
  inContext: labelled("ssn"),
  patterns: [
    {
      pattern: String.raw`(?<![\w.-])\d{3}-\d{2}-\d{4}${end}`,
      score: 0.7,
      scoreInContext: 0.95,
      check: (candidate) => (isAssigned(candidate) && !isOfThing(candidate) ? undefined : false),
    },
    {
      pattern: String.raw`(?<![\w.-])\d{3}(?: \d{2} |\.\d{2}\.|\d{2})\d{4}${end}`,
      score: 0.1,
      scoreInContext: 0.9,
      check: (candidate) => (isAssigned(candidate) ? undefined : false),
    },
  ],
};

/** Individual taxpayer identification numbers: written as a social security number, with an area of 9xx and the groups that the IRS gives out. */
export const usItin: Recognizer = {
  entity: "US_ITIN",
  inContext: labelled("itin", "ssn"),
  patterns: [
    {
      pattern: String.raw`(?<![\w.-])9\d{2}-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}${end}`,
      score: 0.6,
      scoreInContext: 0.95,
      check: (candidate) => (isOfThing(candidate) ? false : undefined),
    },
    {
      pattern: String.raw`(?<![\w.-])9\d{2} ?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9]) ?\d{4}${end}`,
      score: 0.1,
      scoreInContext: 0.9,
    },
  ],
};

function isOfThing({ before }: Candidate): boolean {
  return labelsRightBefore(before).includes("reference");
}

function isAssigned({ text }: Candidate): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digitsOf(text));
}
