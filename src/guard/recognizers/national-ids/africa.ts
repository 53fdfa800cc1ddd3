import { luhn } from "../../checksums/luhn.ts";
import { verhoeff } from "../../checksums/verhoeff.ts";
import { isDay } from "./dates.ts";
import { nationalId } from "./national-id.ts";

/** South African identity numbers (a date of birth, Luhn) and Nigerian national identification numbers (NIMC, Verhoeff). */
export const africa = [
  nationalId({
    entity: "ZA_ID_NUMBER",
    labels: ["idSouthAfrica"],
    pattern: "\\d{10}[01][89]\\d|\\d{6} \\d{4} [01][89]\\d",
    valid: (digits) => isDay(digits.slice(2, 4), digits.slice(4, 6)) && luhn(digits),
  }),
  nationalId({ entity: "NG_NIN", labels: ["nin"], pattern: "\\d{11}", valid: verhoeff }),
];
