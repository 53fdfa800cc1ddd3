import type { Candidate, Recognizer } from "../recognizer.ts";
import { digitsOf } from "./digits.ts";
import { labelled } from "./label.ts";

const inContext = labelled("driver");

/**
 * Driver licenses of the United States, behind a label: none of the states' forms (AAMVA's list) says anything by itself. One or two
 * letters and digits, digits alone, digits around letters, and the groups with hyphens of Florida, Illinois, Kansas and others.
 */
export const usDriverLicense: Recognizer = {
  entity: "US_DRIVER_LICENSE",
  inContext,
  patterns: [
    {
      pattern:
        "(?<![\\w.-])(?:(?:[a-z]?[A-Z]{1,3}|[a-z])\\d{3,14}[A-Za-z]{0,2}|\\d{5,14}[A-Za-z]{0,2}|\\d{2,3}[A-Za-z]{2,3}\\d{4,5})(?![\\w-])",
      score: 0.1,
      scoreInContext: 0.9,
      check: hasEnoughDigits,
    },
    {
      pattern: "(?<![\\w.-])(?:[A-Z]?\\d{2,4}(?:[ -]\\d{2,4}){1,4}(?:-\\d)?|WDL[A-Z0-9*]{9})(?![\\w-])",
      score: 0.1,
      scoreInContext: 0.85,
      check: hasEnoughDigits,
    },
  ],
};

/** Driving licences of Great Britain: five letters of the surname, birth date, initials, and two of the DVLA's own. */
export const ukDrivingLicence: Recognizer = {
  entity: "UK_DRIVING_LICENCE",
  inContext,
  patterns: [
    {
      pattern: "(?<!\\w)[A-Z][A-Z9]{4}\\d[0156]\\d[0-3]\\d{2}[A-Z9]{2}[A-HJ-NP-Z2-9][A-Z]{2}(?!\\w)",
      score: 0.6,
      scoreInContext: 0.95,
    },
  ],
};

/** German ones, eleven letters and digits with the office's first; Italian ones, ten, some with the office's province. Behind a label. */
export const otherDriverLicenses: readonly Recognizer[] = [
  {
    entity: "DE_FUEHRERSCHEIN",
    inContext,
    patterns: [{ pattern: "(?<!\\w)[A-Z]\\d{3}[A-Z0-9]{5}\\d[A-Z0-9](?!\\w)", score: 0.2, scoreInContext: 0.9 }],
  },
  {
    entity: "IT_DRIVER_LICENSE",
    inContext,
    patterns: [{ pattern: "(?<!\\w)(?:U1[A-Z0-9]{7}[A-Z]|[A-Z]{2}\\d{7}[A-Z])(?!\\w)", score: 0.2, scoreInContext: 0.9 }],
  },
];

function hasEnoughDigits({ text }: Candidate): boolean | undefined {
  return digitsOf(text).length >= 5 ? undefined : false;
}
