import type { Candidate, Recognizer } from "../recognizer.ts";
import { callingCode } from "./calling-code.ts";
import { digitsOf } from "./digits.ts";
import { isReference, labelled, labelsBefore, labelsPerhapsBefore, labelsRightBefore } from "./label.ts";
import type { Label } from "./label-words.ts";
import { withPlaceholdersAs } from "./placeholders.ts";

const extension = "(?: ?(?i:x|ext\\.?|extension) ?\\d{1,6})?";
const end = "(?=$|[^\\w.:-]|[.:-](?:$|\\D))";
/** What stands between groups of digits. */
const mark = "(?:[ ./-]|\\)[ ./-]?| ?\\()";
/** Digits in groups, with one or two marks between: what a number looks like when something else says that it is one. */
const groups = `\\(?\\d{1,12}(?:${mark}\\d{1,10}){0,5}`;
/** What may follow a number in an address block. */
const kind = "(?=(?:, |[ -]| \\()(?i:office|fax|mobile|cell|home|work|tel|direct)(?:$|[^A-Za-z]))";

/**
 * Telephone numbers: in international form (ITU-T E.164, written as E.123 says or in national habits), North American ones, French
 * ones in pairs, and those with an area code in brackets, anywhere; other groups of digits behind a label (`phone`, `call`, …) or before one (`office`, `fax`,
 * …). Extensions belong to the number.
 */
export const phone: Recognizer = {
  entity: "PHONE_NUMBER",
  inContext: (before) => isCalled(before) || hasLabel(before),
  patterns: [
    {
      pattern: `(?<![\\w+.])\\(?\\+\\d{1,4}\\)?(?:${mark}?\\d){6,13}${extension}${end}`,
      score: 0.4,
      scoreInContext: 0.9,
      check: isInternational,
    },
    {
      pattern: `(?<![\\w+.-])00\\d{1,3}(?:${mark}\\d{1,8}){1,5}${extension}${end}`,
      score: 0.3,
      scoreInContext: 0.9,
      check: isDialled,
    },
    {
      pattern: `(?<![\\w+./-])(?:1[ .-])?(?:\\(\\d{3}\\)[ -]?|\\d{3}[ .-])\\d{3}[ .-]\\d{4}${extension}${end}`,
      score: 0.3,
      scoreInContext: 0.9,
      check: isNorthAmerican,
    },
    {
      pattern: `(?<![\\w)\\]])\\(\\d{2,5}\\)[ /-]{0,2}\\d{2,10}(?:[ /-]\\d{2,8}){0,3}${extension}${end}`,
      score: 0.3,
      scoreInContext: 0.9,
      check: isBracketed,
    },
    {
      pattern: `(?<![\\w+./-])0[1-9](?: \\d{2}){4}(?=$|[^\\w .:-]|[ .:-](?:$|\\D))`,
      score: 0.6,
      scoreInContext: 0.9,
      check: ({ before }) => (isOther(before) || /[\da-f]{2}\s$/i.test(withPlaceholdersAs("00", before)) ? false : undefined),
    },
    { pattern: `(?<![\\w+.])${groups}${extension}${end}`, score: 0.1, scoreInContext: 0.85, check: isLabelled },
    {
      pattern: `(?<![\\w./-])(?:\\+|\\(\\+)?${groups}${extension}${kind}`,
      score: 0.7,
      check: ({ text }) => (isDialable(text) ? undefined : false),
    },
  ],
};

const hasLabel = labelled("phone", "call");

function isInternational({ text, before }: Candidate): boolean | undefined {
  const number = withoutExtension(text);
  const code = callingCode(digitsOf(number));
  const national = digitsOf(number.replace("(0)", "")).slice(code?.length ?? 0);
  if (code === undefined || national.length < 6 || national.length > 12 || isAmount(number)) return false;
  if (labelsRightBefore(before).includes("version")) return false;
  if (code === "1" && !/^\d{10}$/.test(national)) return false;
  if (/^(\d)\1+$/.test(national)) return false;
  const plain = /^\(?\+\d+$/.test(number);
  return plain && (national.length < 8 || /(?:^|\n)$/.test(before)) ? undefined : true;
}

function isDialled({ text, before }: Candidate): boolean | undefined {
  const digits = digitsOf(withoutExtension(text)).slice(2);
  const code = callingCode(digits);
  if (
    code === undefined ||
    !text.startsWith(`00${code}`) ||
    /\d/.test(text.charAt(2 + code.length)) ||
    digits.length < 8 ||
    digits.length > 14 ||
    isAmount(text) ||
    isOther(before)
  )
    return undefined;
  if (code === "1") return digits.length === 11;
  return text.includes(" ") && !/^\d{4}(?: \d{4})+$/.test(text) ? true : undefined;
}

function isNorthAmerican({ text, before }: Candidate): boolean | undefined {
  if (isOther(before)) return false;
  const digits = digitsOf(withoutExtension(text));
  if (/^(\d)\1+$/.test(digits)) return false;
  if (text.includes("(") || /x/i.test(text)) return true;
  const assigned = /^1?[2-9]\d{2}[2-9]\d{6}$/.test(digits);
  return assigned && /^(?:1[.-])?\d{3}([.-])\d{3}\1\d{4}$/.test(withoutExtension(text)) ? true : undefined;
}

function isBracketed({ text, before }: Candidate): boolean | undefined {
  const digits = digitsOf(withoutExtension(text));
  if (digits.length < 8 || digits.length > 12 || isOther(before)) return false;
  return text.startsWith("(0") || text.startsWith("(351)") ? true : undefined;
}

function isLabelled({ text, before }: Candidate): boolean | undefined {
  if (!isDialable(text) || /\d[:/-]$/.test(before)) return false;
  const labels = labelsBefore(before);
  if (labels.includes("phone") || isCalled(before)) return undefined;
  if (!labels.includes("call")) return false;
  if (digitsOf(text).length < 7 && /\bto $/.test(before)) return false; // an address that someone is to be called to
  if (/^\d{1,3}(?: \d{3})+$/.test(text) && !labelsRightBefore(before).includes("call")) return false; // an amount
  const plain = /^\d+$/.test(text);
  if (plain && before.endsWith("(")) return false;
  return plain && (text.length < 7 || /^1[4-9]\d{8}(?:\d{3})?$/.test(text)) ? false : undefined;
}

/** Whether a number's digits are as many as a telephone number has, and it is neither a date, an amount, an address nor a card. */
function isDialable(text: string): boolean {
  if (text.length < 6) return false; // most numbers are shorter
  const number = withoutExtension(text);
  const digits = digitsOf(number);
  if (digits.length < 6 || digits.length > 14 || isAmount(number) || /^(\d)\1+$/.test(digits)) return false;
  if (number.includes("(") !== number.includes(")")) return false;
  return !/^(?:(?:19|20)\d\d(?:[ -](?:19|20)\d\d)+$|\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}|\d{3}-\d{2}-\d{4})(?!\d)/.test(
    number,
  );
}

/** Whether a number is written as an amount (one point, or thousands) or as a version. */
function isAmount(number: string): boolean {
  if (/^\+?\d+\.\d+$|^\+?\d{1,3}(?:[. ]000)+$/.test(number)) return true;
  return /^\d+(?:\.\d+){2,}$/.test(number) && (digitsOf(number).length < 8 || /(?:^|\.)\d(?:\.|$)/.test(number));
}

function withoutExtension(text: string): string {
  return text.replace(/ ?(?:x|ext\.?|extension) ?\d+$/i, "");
}

const theirNumber =
  /\b(?:(?:my|his|her|your|their|our) (?:(?:new |registered )?number|registered)|mon numero|meine nummer|mi numero|il mio numero|mijn nummer)(?: is| est(?: le)?| ist| es| e|:)? $/i;

/** Whether someone says that a number is theirs. */
function isCalled(before: string): boolean {
  return labelsPerhapsBefore(before).length === 0 && theirNumber.test(before);
}

const rivals: readonly Label[] = ["version", "card", "account", "passport", "driver"];

/** Whether a number is said to be another. */
function isOther(before: string): boolean {
  return isReference(before) || labelsRightBefore(before).some((label) => rivals.includes(label));
}
