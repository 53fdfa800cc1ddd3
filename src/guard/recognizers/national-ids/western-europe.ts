import { luhn } from "../../checksums/luhn.ts";
import { mod97 } from "../../checksums/mod97.ts";
import { weightedSum } from "../../checksums/weighted-sum.ts";
import { nationalId } from "./national-id.ts";

/**
 * French social security numbers (INSEE: key 97 less the rest by 97, Corsica's 2A and 2B as 19 and 18), Dutch citizen service numbers
 * (BSN, the 11-test), Belgian national register numbers (97 less the rest by 97, a 2 before those born from 2000 on), Swiss AHV
 * numbers (EAN-13's check digit).
 */
export const westernEurope = [
  nationalId({
    entity: "FR_NIR",
    labels: ["nir", "ssn"],
    pattern: "[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}",
    valid: (text) => {
      const digits = text.replace("2A", "19").replace("2B", "18");
      return 97 - mod97(digits.slice(0, 13)) === Number(digits.slice(13));
    },
    alone: 0.6,
  }),
  nationalId({
    entity: "NL_BSN",
    labels: ["bsn"],
    pattern: "\\d{9}|\\d{4}\\.\\d{2}\\.\\d{3}",
    valid: (digits) => weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  }),
  nationalId({
    entity: "BE_NATIONAL_NUMBER",
    labels: ["nationalRegister"],
    pattern: "\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}",
    valid: isBelgian,
    alone: 0.9,
  }),
  nationalId({ entity: "BE_NATIONAL_NUMBER", labels: ["nationalRegister"], pattern: "\\d{11}", valid: isBelgian }),
  nationalId({
    entity: "CH_AHV",
    labels: ["ahv"],
    pattern: "756\\.\\d{4}\\.\\d{4}\\.\\d{2}|756\\d{10}",
    valid: (digits) => (10 - (weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits[12]),
    alone: 0.7,
  }),
];

function isBelgian(digits: string): boolean {
  const [number, key] = [digits.slice(0, 9), Number(digits.slice(9))];
  return 97 - mod97(number) === key || 97 - mod97(`2${number}`) === key;
}

const cifLetters = "JABCDEFGHI";

/** Spanish identity numbers of citizens (NIF, the letter of the rest by 23), of foreigners (NIE) and of businesses (CIF). Source: Agencia Tributaria. */
export const spain = [
  nationalId({ entity: "ES_NIF", labels: ["nif"], pattern: "\\d{8}-?[A-HJ-NP-TV-Z]", valid: isNif, alone: 0.5 }),
  nationalId({
    entity: "ES_NIE",
    labels: ["nie", "nif"],
    pattern: "[XYZ]-?\\d{7}-?[A-HJ-NP-TV-Z]",
    valid: (text) => isNif("XYZ".indexOf(text.charAt(0)) + text.slice(1)),
    alone: 0.7,
  }),
  nationalId({
    entity: "ES_CIF",
    labels: ["nif", "vat"],
    pattern: "[A-HJNP-SUVW]-?\\d{7}[0-9A-J]",
    valid: (text) => {
      const check = [...Array(10).keys()].find((digit) => luhn(`${text.slice(1, 8)}${digit}`)) ?? 0;
      return text[8] === String(check) || text[8] === cifLetters[check];
    },
  }),
];

function isNif(text: string): boolean {
  return "TRWAGMYFPDXBNJZSQVHLCKE"[Number(text.slice(0, -1)) % 23] === text.at(-1);
}
