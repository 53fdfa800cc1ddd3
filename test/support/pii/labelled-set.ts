import type { LabelledSpan, LabelledText } from "./labelled-text.ts";
import { SeededRandom } from "./seeded-random.ts";
import { makers } from "./values.ts";

/** What people write around a value, `@` being the value. */
const sentences: Readonly<Record<string, readonly [string, ...string[]]>> = {
  CRYPTO: ["Please send the coins to @ today.", "My wallet address is @", "btc: @\nThanks!", "He pays to @, as always."],
  MAC_ADDRESS: ["The printer's MAC address is @.", "ether @ txqueuelen 1000", "Block the device @ please", "mac=@"],
  API_KEY: [
    "export OPENAI_API_KEY=@",
    'const key = "@";',
    "Use @ for the upload",
    "token: @\n",
    "curl -H 'Authorization: Bearer @'",
  ],
  JWT: ["Authorization: Bearer @", "the session is @", '{"token":"@"}'],
  PRIVATE_KEY: ["Here is the key:\n@\nKeep it safe.", "@"],
  CONNECTION_STRING: ["DATABASE_URL=@", "connect to @ and run it"],
  IP_ADDRESS: ["Logins came from @ last night", "ip: @", "Is @ blocked?", "ssh into @, then restart"],
  CREDIT_CARD: [
    "My card number is @, charge it",
    "Pay with my credit card @",
    "card: @ exp 12/29",
    "I lost the visa @ yesterday",
  ],
  IBAN_CODE: ["Transfer it to @ please", "IBAN: @", "The account is @."],
  US_SSN: ["My SSN is @", "Social security number: @.", "Her number (@) is on the form"],
  EMAIL_ADDRESS: ["Write to @.", "<@> wrote:", "mail me (@) or call"],
  URL: ["See @ for more", "[my page](@)", "It is at @.", "Website:\\n@\\n"],
  PHONE_NUMBER: [
    "Call me at @ tonight",
    "Phone: @",
    "My mobile is @.",
    "@ is where you reach her",
    "12 High Street\\n@ office\\n",
  ],
  US_PASSPORT: ["My passport number is @.", "Passport No: @", "passport @, issued in Boston"],
  IN_PASSPORT: ["Indian passport @", "Her passport number: @"],
  US_DRIVER_LICENSE: ["My driver's license number is @", "Driver License: @", "DL @ expires soon", "driving licence no. @"],
  US_BANK_NUMBER: ["My bank account number is @", "Account number: @", "Deposit it into checking account @."],
  ABA_ROUTING_NUMBER: ["Routing number @", "ABA: @", "the bank's routing number is @."],
  ZIP_CODE: ["My zip code is @", "Zip: @", "She lives in Austin, TX @.", "postal code @"],
  DATE_TIME: ["I was born on @.", "Date of birth: @", "DOB @", "She got married on @."],
  US_ITIN: ["My ITIN is @", "taxpayer identification number: @"],
  US_NPI: ["NPI: @", "The provider's NPI number is @."],
  CA_SIN: ["My SIN is @", "social insurance number @"],
  UK_NHS: ["NHS number: @", "Her NHS number is @."],
  UK_NINO: ["My national insurance number is @", "NI number: @"],
  ES_NIF: ["Mi DNI es @", "NIF: @"],
  PL_PESEL: ["PESEL: @", "mój numer PESEL to @"],
  IN_AADHAAR: ["My Aadhaar number is @", "aadhaar: @"],
};

/** Sentences of the same words without a value of the kind. */
const fillers: readonly [string, ...string[]] = [
  "Thank you for your help.",
  "I ordered 3 of them in 2019.",
  "The account was opened last week.",
  "Can you check my card statement?",
  "Our passports arrive in 10 days.",
  "It took 45 minutes on the phone.",
  "The zip file has 12 pages.",
];

/** Texts with labelled values of every entity that a maker makes, the same for the same seed. */
export function labelledSet(seed: number, textsPerEntity: number): LabelledText[] {
  const random = new SeededRandom(seed);
  return Object.entries(makers).flatMap(([entity, make]) => {
    const choices = sentences[entity];
    if (choices === undefined) throw new Error(`there is no sentence for ${entity}`);
    return Array.from({ length: textsPerEntity }, () => {
      const before = random.below(2) === 0 ? "" : `${random.pick(fillers)} `;
      const after = random.below(2) === 0 ? "" : `\n${random.pick(fillers)}`;
      return labelled(entity, `${before}${random.pick(choices)}${after}`, make(random));
    });
  });
}

function labelled(entity: string, template: string, value: string): LabelledText {
  const start = template.indexOf("@");
  const span: LabelledSpan = { entity, start, end: start + value.length };
  return { text: template.slice(0, start) + value + template.slice(start + 1), spans: [span] };
}
