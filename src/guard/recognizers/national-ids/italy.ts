import { luhn } from "../../checksums/luhn.ts";
import { nationalId } from "./national-id.ts";

/** What a character counts at the odd places of a fiscal code, by its digit or its letter's place: the decree of 23 December 1976. */
const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italian fiscal codes, whose last letter checks the others; VAT numbers (Luhn) and identity cards, old and electronic, behind labels. */
export const italy = [
  nationalId({
    entity: "IT_FISCAL_CODE",
    labels: ["fiscalCode"],
    pattern: "[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
    valid: isFiscalCode,
    alone: 0.95,
  }),
  nationalId({
    entity: "IT_VAT_CODE",
    labels: ["vatItaly", "vat"],
    pattern: "(?:IT ?)?\\d{11}",
    valid: (text) => luhn(text.slice(-11)),
  }),
  nationalId({
    entity: "IT_IDENTITY_CARD",
    labels: ["identityItaly"],
    pattern: "[A-Z]{2} ?\\d{5}[A-Z]{2}|[A-Z]{2} ?\\d{7}|\\d{7}[A-Z]{2}",
  }),
];

function isFiscalCode(code: string): boolean {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const character = code.charCodeAt(i);
    const value = character < 65 ? character - 48 : character - 65;
    sum += i % 2 === 0 ? (oddValues[value] ?? 0) : value;
  }
  return sum % 26 === code.charCodeAt(15) - 65;
}
