import { verhoeff } from "../../checksums/verhoeff.ts";
import { weightedSum } from "../../checksums/weighted-sum.ts";
import { isDay } from "./dates.ts";
import { nationalId } from "./national-id.ts";

const pan = "[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]";

/** Indian Aadhaar numbers (UIDAI, Verhoeff), permanent account numbers (Income Tax Department), GST numbers (GSTN, modulo 36), voter IDs. */
export const india = [
  nationalId({
    entity: "IN_AADHAAR",
    labels: ["aadhaar"],
    pattern: "[2-9]\\d{3}(?: \\d{4} |-\\d{4}-|\\d{4})\\d{4}",
    valid: verhoeff,
  }),
  nationalId({ entity: "IN_PAN", labels: ["panIndia", "card"], pattern: pan, alone: 0.6 }),
  nationalId({ entity: "IN_GSTIN", labels: ["gstin"], pattern: `\\d{2}${pan}[1-9A-Z]Z[0-9A-Z]`, valid: isGstin, alone: 0.95 }),
  nationalId({ entity: "IN_VOTER", labels: ["voter"], pattern: "[A-Z]{3}\\d{7}" }),
];

function isGstin(text: string): boolean {
  let sum = 0;
  for (let i = 0; i < 14; i++) {
    const product = Number.parseInt(text.charAt(i), 36) * (i % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return (36 - (sum % 36)) % 36 === Number.parseInt(text.charAt(14), 36);
}

/** Korean registration numbers of residents, of foreigners (a date of birth and a digit for century and sex; since 2020 no check digit) and of businesses. */
export const korea = [
  nationalId({ entity: "KR_RRN", labels: ["rrn"], pattern: "\\d{6}-?[1-4]\\d{6}", valid: isKoreanDate }),
  nationalId({ entity: "KR_RRN", labels: ["rrn"], pattern: "\\d{6}-[1-4]\\d{6}", valid: isKoreanDate, alone: 0.6 }),
  nationalId({ entity: "KR_FRN", labels: ["frn"], pattern: "\\d{6}-[5-8]\\d{6}", valid: isKoreanDate, alone: 0.6 }),
  nationalId({
    entity: "KR_BRN",
    labels: ["brn"],
    pattern: "\\d{3}-?\\d{2}-?\\d{5}",
    valid: (digits) => {
      const sum =
        weightedSum(digits, [1, 3, 7, 1, 3, 7, 1, 3]) + Math.floor((Number(digits[8]) * 5) / 10) + ((Number(digits[8]) * 5) % 10);
      return (10 - (sum % 10)) % 10 === Number(digits[9]);
    },
  }),
];

function isKoreanDate(digits: string): boolean {
  return isDay(digits.slice(2, 4), digits.slice(4, 6));
}

/** Singapore's identity numbers (ICA, modulo 11) and entity numbers (ACRA); Thai identity numbers (modulo 11); Philippine taxpayer numbers. */
export const southEastAsia = [
  nationalId({ entity: "SG_NRIC_FIN", labels: ["nric"], pattern: "[STFGM]\\d{7}[A-Z]", valid: isNric, alone: 0.7 }),
  nationalId({ entity: "SG_UEN", labels: ["uen"], pattern: "\\d{8,9}[A-Z]|[TSR]\\d{2}[A-Z]{2}\\d{4}[A-Z]" }),
  nationalId({
    entity: "TH_TNIN",
    labels: ["thaiId"],
    pattern: "[1-8]-\\d{4}-\\d{5}-\\d{2}-\\d",
    valid: isThai,
    alone: 0.8,
  }),
  nationalId({ entity: "TH_TNIN", labels: ["thaiId"], pattern: "[1-8]\\d{12}", valid: isThai }),
  nationalId({ entity: "PH_TIN", labels: ["tinPhilippines"], pattern: "\\d{3}-\\d{3}-\\d{3}(?:-\\d{3,5})?" }),
];

function isNric(text: string): boolean {
  const series = text.charAt(0);
  const sum = weightedSum(text.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (series === "T" || series === "G" ? 4 : series === "M" ? 3 : 0);
  const letters = series === "S" || series === "T" ? "JZIHGFEDCBA" : series === "M" ? "KLJNPQRTUWX" : "XWUTRQPNMLK";
  return letters[series === "M" ? 10 - (sum % 11) : sum % 11] === text.at(-1);
}

function isThai(digits: string): boolean {
  return (11 - (weightedSum(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(digits[12]);
}
