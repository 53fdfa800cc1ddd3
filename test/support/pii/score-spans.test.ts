import { describe, expect, it } from "vitest";
import { canonicalName } from "./entity-name.ts";
import { parsePresidioTexts, toPresidioTexts } from "./labelled-text.ts";
import { scoreSpans } from "./score-spans.ts";

const text = "x".repeat(100);
const span = (entity: string, start: number, end: number) => ({ entity, start, end });

describe("scoreSpans", () => {
  it.each([
    ["a span that is covered to nine tenths", span("URL", 0, 9), { found: 1, missed: 0, alarms: 0 }],
    ["one that is covered less", span("URL", 0, 8), { found: 0, missed: 1, alarms: 0 }],
    ["one that is found too long", span("URL", 0, 12), { found: 1, missed: 0, alarms: 1 }],
    ["another entity at its place", span("US_SSN", 0, 10), { found: 0, missed: 1, alarms: 0 }],
  ])("%s", (_, found, expected) => {
    const { entities } = scoreSpans([{ text, spans: [span("DOMAIN_NAME", 0, 10)] }], [[found]]);
    expect(entities.URL).toMatchObject(expected);
  });

  it("asks for no names and addresses, and lets a postal code be in one", () => {
    const texts = [{ text, spans: [span("PERSON", 0, 10), span("ADDRESS", 20, 40)] }];
    const { micro } = scoreSpans(texts, [[span("ZIP_CODE", 30, 35), span("PHONE_NUMBER", 20, 27)]]);
    expect(micro).toMatchObject({ found: 0, missed: 0, alarms: 1, alarmsPerMillion: 10_000 });
  });

  it("weighs recall twice in F2", () => {
    const spans = [span("URL", 0, 10), span("URL", 20, 30)];
    const { micro } = scoreSpans([{ text, spans }], [[span("URL", 0, 10)]]);
    expect([micro.precision, micro.recall, micro.f1, micro.f2]).toEqual([1, 0.5, 2 / 3, 2.5 / 4.5]);
  });
});

it.each([
  ["DOMAIN_NAME", "URL"],
  ["UK_PASSPORT", "US_PASSPORT"],
  ["DRIVER_LICENSE", "US_DRIVER_LICENSE"],
  ["OPENAI_API_KEY", "API_KEY"],
  ["GITHUB_TOKEN", "API_KEY"],
  ["PRIVATE_KEY", "PRIVATE_KEY"],
  ["PERSON", "PERSON"],
])("%s is called %s", (entity, name) => {
  expect(canonicalName(entity)).toBe(name);
});

it("reads offsets of code points, and writes them", () => {
  const json = [
    {
      full_text: "😀 a@b.de",
      spans: [{ entity_type: "EMAIL_ADDRESS", entity_value: "a@b.de", start_position: 2, end_position: 8 }],
    },
  ];
  const texts = parsePresidioTexts(json);
  expect(texts).toEqual([{ text: "😀 a@b.de", spans: [span("EMAIL_ADDRESS", 3, 9)] }]);
  expect(toPresidioTexts(texts)).toEqual(json);
});

it("reads UTF-16 offsets where the value says that they are", () => {
  const json = [
    {
      full_text: "😀 a@b.de",
      spans: [{ entity_type: "EMAIL_ADDRESS", entity_value: "a@b.de", start_position: 3, end_position: 9 }],
    },
  ];
  expect(parsePresidioTexts(json)[0]?.spans).toEqual([span("EMAIL_ADDRESS", 3, 9)]);
});
