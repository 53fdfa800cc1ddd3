import { weightedSum } from "../../checksums/weighted-sum.ts";
import { nationalId } from "./national-id.ts";

/** British national insurance numbers (HMRC's manual, NIM39110) and NHS numbers (NHS Data Dictionary: weights 10 to 2, modulo 11). */
export const unitedKingdom = [
  nationalId({
    entity: "UK_NINO",
    labels: ["nino"],
    pattern: "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\\d{2}){3} ?[A-D]",
    valid: (text) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text),
    alone: 0.6,
  }),
  nationalId({ entity: "UK_NINO", labels: ["nino"], pattern: "[A-Z]{2}(?: ?\\d{2}){3} ?[A-Z]" }),
  nationalId({
    entity: "UK_NHS",
    labels: ["nhs"],
    pattern: "\\d{3}(?: \\d{3} |-\\d{3}-|\\d{3})\\d{4}",
    valid: (digits) => (11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(digits[9]),
  }),
];
