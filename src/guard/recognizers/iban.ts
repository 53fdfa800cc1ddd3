import { mod97 } from "../checksums/mod97.ts";
import type { Recognizer } from "../recognizer.ts";
import { proves, requires } from "./check.ts";
import { labelled } from "./label.ts";

/** Countries by the length of their IBANs: SWIFT's IBAN registry. */
const countriesByLength: Readonly<Record<number, string>> = {
  15: "NO",
  16: "BE",
  18: "DK FI FK FO GL NL SD",
  19: "MK SI",
  20: "AT BA EE KZ LT LU MN XK",
  21: "CH HR LI LV",
  22: "BG BH CR DE GB GE IE ME RS VA",
  23: "AE GI IL IQ OM SO TL",
  24: "AD CZ ES MD PK RO SA SE SK TN VG",
  25: "LY PT ST",
  26: "IS TR",
  27: "BI DJ FR GR IT MC SM",
  28: "AL AZ BY CY DO GT HU LB NI PL SV",
  29: "BR EG PS QA UA",
  30: "JO KW MU YE",
  31: "MT SC",
  32: "LC",
  33: "RU",
};

const registered = Object.entries(countriesByLength).map(([length, countries]) => {
  const [groups, rest] = [Math.floor((Number(length) - 4) / 4), Number(length) % 4];
  return `(?:${countries.replaceAll(" ", "|")})\\d{2}(?:[ -]?[A-Z0-9]{4}){${groups}}${rest > 0 ? `[ -]?[A-Z0-9]{${rest}}` : ""}`;
});

/**
 * International bank account numbers: country, two check digits, and as many letters and digits as the country has, in one run or in
 * groups of four, in either case. ISO 13616; the check digits are ISO 7064's MOD 97-10. Of a country or
 * a length that the registry lacks only in one run behind a label.
 */
export const iban: Recognizer = {
  entity: "IBAN_CODE",
  inContext: labelled("iban", "account"),
  patterns: [
    { pattern: `(?<![A-Za-z0-9])(?i:${registered.join("|")})(?![A-Za-z0-9])`, score: 1, check: proves(holds) },
    {
      pattern: "(?<![A-Za-z0-9])[A-Z]{2}\\d{2}[A-Z0-9]{10,30}(?![A-Za-z0-9])",
      score: 0.2,
      scoreInContext: 0.8,
      check: requires(holds),
    },
  ],
};

function holds(text: string): boolean {
  const compact = text.replace(/[ -]/g, "");
  return mod97(compact.slice(4) + compact.slice(0, 4)) === 1;
}
