import { luhn } from "../../checksums/luhn.ts";
import { weightedSum } from "../../checksums/weighted-sum.ts";
import { isDay } from "./dates.ts";
import { nationalId } from "./national-id.ts";

const letter = "[AC-HJKMNP-RT-Y]";
const letterOrDigit = "[0-9AC-HJKMNP-RT-Y]";

/**
 * Canadian social insurance numbers (Luhn); American provider identifiers (NPI, Luhn over 80840 and the number), Medicare beneficiary
 * identifiers (both CMS) and prescribers' numbers of the DEA; Mexican population registry codes (CURP, RENAPO).
 */
export const northAmerica = [
  nationalId({ entity: "CA_SIN", labels: ["sin"], pattern: "[1-79]\\d{2}(?: \\d{3} |-\\d{3}-|\\d{3})\\d{3}", valid: luhn }),
  nationalId({ entity: "US_NPI", labels: ["npi"], pattern: "[12]\\d{9}", valid: (digits) => luhn(`80840${digits}`) }),
  nationalId({
    entity: "US_MBI",
    labels: ["medicare"],
    pattern: `[1-9]${letter}${letterOrDigit}\\d-?${letter}${letterOrDigit}\\d-?${letter}{2}\\d{2}`,
    alone: 0.6,
  }),
  nationalId({
    entity: "MEDICAL_LICENSE",
    labels: ["medical"],
    pattern: "[ABCDEFGHJKLMPRSTUX][A-Z9]\\d{7}",
    valid: (text) => weightedSum(text.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === Number(text[8]),
  }),
  nationalId({
    entity: "MX_CURP",
    labels: ["curp"],
    pattern: "[A-Z][AEIOUX][A-Z]{2}\\d{6}[HM][A-Z]{5}[A-Z0-9]\\d",
    valid: (text) => isDay(text.slice(6, 8), text.slice(8, 10)),
    alone: 0.9,
  }),
];
