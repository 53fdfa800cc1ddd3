import fc from "fast-check";
import { SeededRandom } from "./pii/seeded-random.ts";
import { makers } from "./pii/values.ts";

/** How language models write, and what stands before the values that guards look for. */
const phrases = [
  "Sure! Here is what I found:\n\n",
  "**Note:** ",
  "\n- ",
  "The account was opened in 2019. ",
  "Her SSN is ",
  "card: ",
  "Call me at ",
  "IBAN ",
  "passport number ",
  "My driver's license number is ",
  "bank account number ",
  "zip code ",
  "date of birth: ",
  "export API_KEY=",
  "```json\n",
  " and ",
  ", ",
  ". ",
  " ",
  "",
  "(",
  ")",
  '"',
  "straße 東京 ",
  "😀",
  "👩‍👩‍👧",
  "e\u0301",
  "v1.2.3-rc.4 took 12 ms, 3.14159 of 4096; ",
  "f47ac10b-58cc-4372-a567-0e02b2c3d479 ",
] as const;

/** What the deny list and the pattern of {@link shippedGuards} find, and what comes near. */
const ofLists = [
  "Project Heron",
  "project heron's",
  "ＰＲＯＪＥＣＴ Heron",
  "Pro\u200bject Heron",
  "Project Her",
  "Heron",
  "heronry",
  "TICKET-12345",
  "TICKET-123",
  "TICKET-",
  "ticket-99999999",
];

const kinds = Object.keys(makers).filter((kind) => kind !== "PRIVATE_KEY"); // twenty times as long as the others

/** How a value is written: as it is, or so that it is hard to see, or so that it is none. */
const disguises: readonly ((value: string, r: SeededRandom) => string)[] = [
  (value) => value,
  (value) => value,
  (value) => value.replace(/[0-9A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  (value, r) => {
    const at = 1 + r.below(value.length);
    return `${value.slice(0, at)}\u200b${value.slice(at)}`;
  },
  (value, r) => value.slice(0, r.below(value.length)),
  (value, r) => {
    const at = r.below(value.length);
    return value.slice(0, at) + r.of("0123456789abcX-. @", 1) + value.slice(at + 1);
  },
  (value, r) => value + r.digits(1),
];

const value = fc.tuple(fc.constantFrom(...kinds), fc.nat(disguises.length - 1), fc.nat(2 ** 20)).map(([kind, disguise, seed]) => {
  const random = new SeededRandom(seed + 1);
  return disguises[disguise]?.(makers[kind]?.(random) ?? "", random) ?? "";
});

/**
 * Prose as a language model writes it, with values of every kind that the shipped guards look for: some disguised, some that are
 * only nearly one, some side by side unless there is a separator.
 */
export function arbitraryProse(separator = ""): fc.Arbitrary<string> {
  const phrase = { weight: 5, arbitrary: fc.constantFrom(...phrases) };
  const listed = { weight: 1, arbitrary: fc.constantFrom(...ofLists) };
  return fc
    .array(fc.oneof(phrase, { weight: 3, arbitrary: value }, listed), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join(separator));
}
