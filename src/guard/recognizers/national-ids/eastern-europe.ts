import { weightedSum } from "../../checksums/weighted-sum.ts";
import { isDay } from "./dates.ts";
import { nationalId } from "./national-id.ts";

/**
 * Polish PESEL numbers (weights 1, 3, 7, 9; the century in the month), Romanian personal numeric codes (CNP, modulo 11), Turkish
 * identity numbers (two check digits).
 */
export const easternEurope = [
  nationalId({
    entity: "PL_PESEL",
    labels: ["pesel"],
    pattern: "\\d{11}",
    valid: (digits) =>
      isDay(String(Number(digits.slice(2, 4)) % 20).padStart(2, "0"), digits.slice(4, 6)) &&
      weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  }),
  nationalId({
    entity: "RO_CNP",
    labels: ["cnp"],
    pattern: "[1-9]\\d{12}",
    valid: (digits) => {
      const rest = weightedSum(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
      return isDay(digits.slice(3, 5), digits.slice(5, 7)) && (rest === 10 ? 1 : rest) === Number(digits[12]);
    },
  }),
  nationalId({
    entity: "TR_NATIONAL_ID",
    labels: ["tckn"],
    pattern: "[1-9]\\d{10}",
    valid: (digits) => {
      const tenth = weightedSum(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]);
      const all = weightedSum(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
      return ((tenth % 10) + 10) % 10 === Number(digits[9]) && all % 10 === Number(digits[10]);
    },
  }),
];
