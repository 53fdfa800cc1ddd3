import { recognizers } from "../../../src/guard/recognizers/index.ts";
import { secretRecognizers } from "../../../src/guard/secrets/index.ts";

/** Other names of an entity, and entities of one kind that no text tells apart: a passport number is often good in several countries. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^(?:DOMAIN_NAME|DOMAIN|WEBSITE)$/, "URL"],
  [/PASSPORT/, "US_PASSPORT"],
  [/DRIVER_?S?_LICEN[SC]E|DRIVING_LICENCE|FUEHRERSCHEIN/, "US_DRIVER_LICENSE"],
  [/^(?:US_)?BANK_?(?:ACCOUNT)?(?:_NUMBER)?$|^ACCOUNT_NUMBER$/, "US_BANK_NUMBER"],
  [/^(?:US_|UK_|DE_)?(?:ZIP|ZIPCODE|ZIP_CODE|POSTCODE|POSTAL_CODE|PLZ)$/, "ZIP_CODE"],
  [/^(?:DATE|DOB|DATE_OF_BIRTH)$/, "DATE_TIME"],
  [/^(?:PHONE|TELEPHONE)$/, "PHONE_NUMBER"],
  [/^EMAIL$/, "EMAIL_ADDRESS"],
  [/^SSN$/, "US_SSN"],
  [/^IBAN$/, "IBAN_CODE"],
  [/^(?:IP|IPV4|IPV6)(?:_ADDRESS)?$/, "IP_ADDRESS"],
  [/^MAC$/, "MAC_ADDRESS"],
  [/^(?:CREDIT_CARD_NUMBER|CARD)$/, "CREDIT_CARD"],
  [/^CRYPTO_(?:ADDRESS|WALLET)$|^(?:BITCOIN|ETHEREUM)_ADDRESS$/, "CRYPTO"],
  [/^(?:API_KEYS?|(?!PRIVATE).*_(?:API_KEY|ACCESS_KEY|SECRET_KEY|TOKEN))$/, "API_KEY"],
];

/** What an entity is called in an evaluation: Presidio's name of its kind. */
export function canonicalName(entity: string): string {
  return families.find(([pattern]) => pattern.test(entity))?.[1] ?? entity;
}

/** The entities that there are recognizers for, by their canonical names. */
export const recognizedEntities: ReadonlySet<string> = new Set(
  [...recognizers, ...secretRecognizers].map(({ entity }) => canonicalName(entity)),
);
