import { weightedSum } from "../../checksums/weighted-sum.ts";
import { nationalId } from "./national-id.ts";

const abnWeights = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];

/** Australian business, company and tax file numbers (Australian Taxation Office, ASIC) and Medicare card numbers (Services Australia). */
export const australia = [
  nationalId({
    entity: "AU_ABN",
    labels: ["abn"],
    pattern: "\\d{2} \\d{3} \\d{3} \\d{3}|\\d{11}",
    valid: (digits) => (weightedSum(digits, abnWeights) - 10) % 89 === 0,
  }),
  nationalId({
    entity: "AU_ACN",
    labels: ["acn"],
    pattern: "\\d{3} \\d{3} \\d{3}|\\d{9}",
    valid: (digits) => (10 - (weightedSum(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(digits[8]),
  }),
  nationalId({
    entity: "AU_TFN",
    labels: ["tfn"],
    pattern: "\\d{3} \\d{3} \\d{3}|\\d{9}",
    valid: (digits) => weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  }),
  nationalId({
    entity: "AU_MEDICARE",
    labels: ["medicare"],
    pattern: "[2-6]\\d{3} \\d{5} \\d|[2-6]\\d{9}",
    valid: (digits) => weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8]),
  }),
];
