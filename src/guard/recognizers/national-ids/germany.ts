import { mod11And10 } from "../../checksums/mod11-10.ts";
import { nationalId } from "./national-id.ts";

/**
 * German numbers: tax identification (Bundeszentralamt für Steuern, ISO 7064), tax, VAT, pension insurance (VKVV § 4), health
 * insurance (SGB V § 290), identity card (ICAO Doc 9303's check digit), doctor's and practice's (KBV), commercial register.
 */
export const germany = [
  nationalId({
    entity: "DE_TAX_ID",
    labels: ["steuerId"],
    pattern: "[1-9]\\d(?: \\d{3}){3}|[1-9]\\d{10}",
    valid: (digits) => mod11And10(digits) && new Set(digits.slice(0, 10)).size < 10,
  }),
  nationalId({ entity: "DE_TAX_NUMBER", labels: ["steuernummer"], pattern: "\\d{2,3}/\\d{3,4}/\\d{4,5}|\\d{10,13}" }),
  nationalId({
    entity: "DE_VAT_ID",
    labels: ["vat"],
    pattern: "DE ?\\d{9}",
    valid: (text) => mod11And10(text.slice(2)),
    alone: 0.7,
  }),
  nationalId({
    entity: "DE_SOCIAL_SECURITY",
    labels: ["rvnr"],
    pattern: "\\d{2} ?[0-3]\\d[01]\\d{3} ?[A-Z] ?\\d{3}",
    valid: isPensionNumber,
    alone: 0.6,
  }),
  nationalId({ entity: "DE_HEALTH_INSURANCE", labels: ["kvnr"], pattern: "[A-Z]\\d{9}", valid: isHealthNumber, alone: 0.3 }),
  nationalId({
    entity: "DE_ID_CARD",
    labels: ["ausweis"],
    pattern: "[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d?",
    valid: isIdCard,
  }),
  nationalId({ entity: "DE_LANR", labels: ["lanr"], pattern: "\\d{9}", valid: isDoctorNumber }),
  nationalId({ entity: "DE_BSNR", labels: ["bsnr"], pattern: "\\d{9}" }),
  nationalId({ entity: "DE_HANDELSREGISTER", labels: ["handelsregister"], pattern: "HR[AB] ?\\d{3,6}(?: [A-Z])?", alone: 0.5 }),
];

/** The letter counts as its two-digit place in the alphabet; the cross sums of the weighted digits add up to the check digit. */
function isPensionNumber(text: string): boolean {
  const digits = text.slice(0, 8) + placeOf(text[8]) + text.slice(9);
  return crossSum(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === Number(text.at(-1));
}

function isHealthNumber(text: string): boolean {
  const digits = placeOf(text[0]) + text.slice(1);
  return crossSum(digits, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 === Number(text.at(-1));
}

function isIdCard(text: string): boolean {
  if (text.length < 10) return true;
  const weights = [7, 3, 1];
  const sum = Array.from(text.slice(0, 9), (character, i) => Number.parseInt(character, 36) * (weights[i % 3] ?? 0));
  return sum.reduce((total, value) => total + value, 0) % 10 === Number(text[9]);
}

function isDoctorNumber(digits: string): boolean {
  const sum = [4, 9, 4, 9, 4, 9].reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return (10 - (sum % 10)) % 10 === Number(digits[6]);
}

function crossSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => {
    const product = weight * Number(digits[i]);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

function placeOf(letter = "A"): string {
  return String(letter.charCodeAt(0) - 64).padStart(2, "0");
}
