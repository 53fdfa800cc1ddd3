import { weightedSum } from "../checksums/weighted-sum.ts";
import type { Recognizer } from "../recognizer.ts";
import { requires } from "./check.ts";
import { digitsOf } from "./digits.ts";
import { labelled } from "./label.ts";

/** Bank account numbers behind a label: 6 to 17 digits, in one run or in groups. There is no common form and no check digit. */
export const bankAccount: Recognizer = {
  entity: "US_BANK_NUMBER",
  inContext: labelled("account"),
  patterns: [
    { pattern: "(?<![\\w.($€£-])\\d{6,17}(?=$|[^\\w.-]|[.-](?:$|\\D))", score: 0.05, scoreInContext: 0.8 },
    {
      pattern: "(?<![\\w.($€£-])\\d{2,5}(?:[ -]\\d{2,6}){1,4}(?=$|[^\\w.-]|[.-](?:$|\\D))",
      score: 0.05,
      scoreInContext: 0.7,
      check: requires(
        (text) => digitsOf(text).length >= 8 && digitsOf(text).length <= 17 && !/^(?:19|20)\d\d-\d\d-\d\d/.test(text),
      ),
    },
  ],
};

/** Routing numbers of the American Bankers Association, behind a label: nine digits, the first two a Federal Reserve district, weights 3, 7, 1. */
export const abaRoutingNumber: Recognizer = {
  entity: "ABA_ROUTING_NUMBER",
  inContext: labelled("routing"),
  patterns: [
    {
      pattern: "(?<![\\w.-])(?:\\d{9}|\\d{4}-\\d{4}-\\d)(?![\\w-])",
      score: 0.05,
      scoreInContext: 0.95,
      check: requires((text) => {
        const digits = digitsOf(text);
        return (
          /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(digits) &&
          weightedSum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
        );
      }),
    },
  ],
};

/** British sort codes behind a label: three pairs of digits. */
export const ukSortCode: Recognizer = {
  entity: "UK_SORT_CODE",
  inContext: labelled("sort"),
  patterns: [{ pattern: "(?<![\\w.-])\\d{2}[ -]?\\d{2}[ -]?\\d{2}(?![\\w-])", score: 0.05, scoreInContext: 0.9 }],
};
