import { beforeAll, describe, expect, it } from "vitest";
import { recognizers } from "../src/guard/recognizers/index.ts";
import { secretRecognizers } from "../src/guard/secrets/index.ts";
import { patternOracle } from "./support/pattern-oracle.ts";
import { spansFound } from "./support/pii/found-spans.ts";
import { labelledSet } from "./support/pii/labelled-set.ts";
import type { LabelledSpan } from "./support/pii/labelled-text.ts";
import { plainTexts } from "./support/pii/plain-text.ts";
import { scoreSpans } from "./support/pii/score-spans.ts";
import { SeededRandom } from "./support/pii/seeded-random.ts";

const texts = labelledSet(20_261, 60);
let found: LabelledSpan[][] = [];
beforeAll(() => {
  found = texts.map(({ text }) => spansFound([text]));
});

describe("what the recognizers find in labelled texts", () => {
  const exact = ["API_KEY", "CREDIT_CARD", "CRYPTO", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS", "US_SSN"];

  it("is all there is, and only that, of what has a form or a check digit of its own", () => {
    const { entities } = scoreSpans(texts, found);
    const scores = exact.map((entity) => [entity, entities[entity]?.recall ?? 0, entities[entity]?.precision ?? 0] as const);
    expect(scores.filter(([, recall, precision]) => recall < 0.99 || precision < 0.99)).toEqual([]);
  });

  it("is nearly all of what needs a label", () => {
    const { entities, micro } = scoreSpans(texts, found);
    for (const entity of ["US_PASSPORT", "US_DRIVER_LICENSE", "US_BANK_NUMBER"]) {
      expect(entities[entity]?.precision, entity).toBeGreaterThanOrEqual(0.9);
    }
    expect(entities.PHONE_NUMBER?.recall).toBeGreaterThanOrEqual(0.92);
    expect(entities.PHONE_NUMBER?.precision).toBeGreaterThanOrEqual(0.93);
    expect(entities.DATE_TIME?.recall).toBeGreaterThanOrEqual(0.85);
    expect(entities.ZIP_CODE?.recall).toBeGreaterThanOrEqual(0.8);
    expect(micro.f2).toBeGreaterThanOrEqual(0.97);
  });

  it("does not depend on the pieces that a text arrives in", () => {
    const random = new SeededRandom(7);
    texts.forEach(({ text }, i) => {
      const pieces = text.match(new RegExp(`[\\s\\S]{1,${random.between(1, 16)}}`, "g")) ?? [];
      expect(spansFound(pieces)).toEqual(found[i]);
    });
  });

  it("is what JavaScript's regular expressions find", () => {
    const oracle = patternOracle([...secretRecognizers, ...recognizers]);
    const random = new SeededRandom(8);
    const sample = [...texts.filter(() => random.below(12) === 0).map(({ text }) => text), ...plainTexts(8, 8_000)];
    for (const text of sample) {
      const ascii = text.replace(/[^\n -~]/g, "?"); // the oracle does not fold
      expect(spansFound([ascii])).toEqual(oracle(ascii));
    }
  });
});

it("finds at most five things in a million characters without personal data", () => {
  const plain = plainTexts(20_262, 1_000_000);
  const characters = plain.reduce((sum, text) => sum + text.length, 0);
  const alarms = plain.flatMap((text) => spansFound([text]).map(({ entity, start, end }) => [entity, text.slice(start, end)]));
  expect(alarms.length / (characters / 1e6), JSON.stringify(alarms)).toBeLessThanOrEqual(5);
});

it("finds nothing more in a text in which everything found has been redacted", () => {
  const random = new SeededRandom(9);
  const pieces = [...texts.map(({ text }) => text), ...plainTexts(9, 100_000).flatMap((text) => text.split("\n"))];
  const words = [
    "order ",
    "card ",
    "my phone number is ",
    "since ",
    "born on ",
    ", ",
    "\n",
    " ",
    ": ",
    "(",
    "id=",
    "version ",
    "\\n",
    "1 Suite 12\nYork\n",
    "in New York ",
  ];
  const differing: string[] = [];
  for (let run = 0; run < 2000; run++) {
    const parts = Array.from({ length: random.between(2, 5) }, () => {
      const piece = pieces[random.below(pieces.length)] ?? "";
      const from = random.below(piece.length + 1);
      return (words[random.below(words.length)] ?? "") + piece.slice(random.below(2) * from).slice(0, 60);
    });
    const once = redacted(parts.join(""));
    if (redacted(once) !== once) differing.push(parts.join(""));
  }
  expect(differing).toEqual([]);
});

/** The text with `[ENTITY]` for everything that is found. */
function redacted(text: string): string {
  let result = "";
  let at = 0;
  for (const { entity, start, end } of spansFound([text])) {
    result += `${text.slice(at, start)}[${entity}]`;
    at = end;
  }
  return result + text.slice(at);
}
