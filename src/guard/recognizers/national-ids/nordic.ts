import { luhn } from "../../checksums/luhn.ts";
import { weightedSum } from "../../checksums/weighted-sum.ts";
import { isDay } from "./dates.ts";
import { nationalId } from "./national-id.ts";

/**
 * Finnish personal identity codes (rest by 31), Swedish personal and coordination numbers (Luhn, the latter with 60 added to the day)
 * and organisation numbers (Luhn, month of 20 or more), Norwegian birth numbers (two check digits modulo 11).
 */
export const nordic = [
  nationalId({
    entity: "FI_PERSONAL_IDENTITY_CODE",
    labels: ["hetu"],
    pattern: "\\d{6}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]",
    valid: isHetu,
    alone: 0.8,
  }),
  nationalId({
    entity: "SE_PERSONNUMMER",
    labels: ["personnummer", "ssn"],
    pattern: "(?:19|20)?\\d{6}[-+]\\d{4}",
    valid: isPersonnummer,
    alone: 0.6,
  }),
  nationalId({ entity: "SE_PERSONNUMMER", labels: ["personnummer"], pattern: "(?:19|20)?\\d{10}", valid: isPersonnummer }),
  nationalId({
    entity: "SE_ORGANISATIONSNUMMER",
    labels: ["orgnr"],
    pattern: "\\d{2}[2-9]\\d{3}-?\\d{4}",
    valid: luhn,
  }),
  nationalId({ entity: "NO_FODSELSNUMMER", labels: ["personnummer"], pattern: "\\d{6} ?\\d{5}", valid: isBirthNumber }),
];

/** The sign between date and number, which tells the century, is gone from `text` where it is no letter. */
function isHetu(text: string): boolean {
  const compact = text.length === 11 ? text.slice(0, 6) + text.slice(7) : text;
  const check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(compact.slice(0, 9)) % 31];
  return isDay(compact.slice(2, 4), compact.slice(0, 2)) && check === compact.at(-1);
}

function isPersonnummer(digits: string): boolean {
  const short = digits.slice(-10);
  const day = Number(short.slice(4, 6));
  return luhn(short) && isDay(short.slice(2, 4), String(day > 60 ? day - 60 : day).padStart(2, "0"));
}

function isBirthNumber(digits: string): boolean {
  const day = Number(digits.slice(0, 2));
  return (
    isDay(digits.slice(2, 4), String(day > 40 ? day - 40 : day).padStart(2, "0")) &&
    weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}
