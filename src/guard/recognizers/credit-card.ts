import { luhn } from "../checksums/luhn.ts";
import type { Candidate, Recognizer } from "../recognizer.ts";
import { digitsOf } from "./digits.ts";
import { labelled, labelsBefore, labelsRightBefore } from "./label.ts";
import { withPlaceholdersAs } from "./placeholders.ts";

/** Issuer prefixes and lengths that a card is told by without a label: ISO/IEC 7812 and the schemes' published ranges. */
const schemes = [
  /^4\d{15}$/, // Visa
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-59]|[689]\d)\d{11}$/, // Diners Club
  /^(?:6011|64[4-9]\d|65\d\d)\d{12}$/, // Discover
  /^35(?:2[89]|[3-8]\d)\d{12}$/, // JCB
  /^(?:2131|1800)\d{11}$/, // JCB, fifteen digits
  /^62\d{14}$/, // UnionPay
  /^220[0-4]\d{12}$/, // Mir
];

const grouped = String.raw`(?<![\w.])(?:\d{4}(?: \d{4}){3}(?: \d{1,3})?|\d{4}(?:-\d{4}){3}(?:-\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5})`;
const plain = String.raw`(?<![\w.+])\d{12,19}`;
const endOfGroups = String.raw`(?=$|[^\w. -]|[ .-](?:$|[^\d]))`;
const end = String.raw`(?=$|[^\w.-]|[.-](?:$|[^\d]))`;

/**
 * Payment cards: 12 to 19 digits with a Luhn check digit, in one run or in the groups that cards print. A number of a known issuer and
 * length needs no label, unless it is labelled as something else; of others (Maestro, long Visa numbers, national schemes) a label of
 * a card has to stand before. Source: ISO/IEC 7812-1.
 */
export const creditCard: Recognizer = {
  entity: "CREDIT_CARD",
  inContext: labelled("card"),
  patterns: [
    { pattern: grouped + endOfGroups, score: 0.3, scoreInContext: 0.9, check: (candidate) => isCard(candidate) },
    { pattern: plain + end, score: 0.3, scoreInContext: 0.9, check: (candidate) => isCard(candidate) },
  ],
};

/** Whether groups of four go up by the same amount. */
function isProgression(text: string): boolean {
  const [first = 0, second = 0, third = 0, fourth = 0] = text.split(/[ -]/).map(Number);
  return text.length === 19 && second - first === third - second && third - second === fourth - third && first !== second;
}

/** An identifier's name before a number, or a list of values that it is one of. */
const otherValue =
  /(?:id|ids|key|seq|num|ts|time|size|offset|hash|at|count|total|cursor)["']?\s*[:=]\s*["']?$|"(?!num|no|value)\w+"\s*:\s*"?$|(?:(?:^|[,;|\t(\s])-?\d+(?:\.\d+)?|null|'|")\s*[,;|\t]\s*$/i;
/** A row of numbers, decimal or hexadecimal, that goes on. */
const inRow = /[\da-f]{2}[ \t\n]$/i;

function isCard({ text, before }: Candidate): boolean | undefined {
  const digits = digitsOf(text);
  if (!luhn(digits) || /^(\d)\1+$/.test(digits) || isProgression(text)) return false;
  if (!schemes.some((scheme) => scheme.test(digits))) return undefined;
  if (labelsBefore(before).includes("card")) return true;
  const context = withPlaceholdersAs("00", before);
  if (labelsRightBefore(before).length > 0 || inRow.test(context)) return undefined;
  return text === digits && otherValue.test(context) ? undefined : true;
}
