import { describe, expect, it } from "vitest";
import { foundBy } from "../../test/support/found-by.ts";
import { pii } from "./pii.ts";

type Options = Parameters<typeof pii>[0];

const text = "Ada, ada@example.com, card 4111 1111 1111 1111, on 2026-01-02, see https://example.com/a, staff E-12345";
const staff = { entity: "STAFF", patterns: ["E-\\d{5}"] };

describe("pii", () => {
  it.each<readonly [string, Options, readonly string[]]>([
    ["everything but dates and addresses of pages", {}, ["EMAIL_ADDRESS:ada@example.com", "CREDIT_CARD:4111 1111 1111 1111"]],
    ["what is named", { entities: ["EMAIL_ADDRESS"] }, ["EMAIL_ADDRESS:ada@example.com"]],
    ["what is only found when it is named", { entities: ["URL"] }, ["URL:https://example.com/a"]],
    ["all but what is allowed", { allow: ["ADA@example.com"] }, ["CREDIT_CARD:4111 1111 1111 1111"]],
    [
      "what one entity's own threshold lets through",
      { entities: [{ EMAIL_ADDRESS: { threshold: 0 } }] },
      ["EMAIL_ADDRESS:ada@example.com"],
    ],
    ["entities of one's own", { entities: ["STAFF"], recognizers: [staff] }, ["STAFF:E-12345"]],
    ["none that is not likely enough", { entities: ["STAFF"], recognizers: [{ ...staff, score: 0.3 }] }, []],
    [
      "the same after a word",
      { entities: ["STAFF"], recognizers: [{ ...staff, score: 0.3, context: ["Staff"] }] },
      ["STAFF:E-12345"],
    ],
    [
      "what outgrows its bound",
      { entities: ["A"], recognizers: [{ entity: "A", patterns: ["Ada[^!]*"], maxSpan: 9 }] },
      ["A:Ada, ada@"],
    ],
  ])("finds %s", (_, options, found) => {
    expect(foundBy(pii(options), text)).toEqual(found);
  });

  it.each<readonly [string, Options, readonly (string | number)[], string]>([
    ["an entity that is not there", { entities: ["EMAIL_ADRESS"] }, ["entities", 0], "did you mean EMAIL_ADDRESS?"],
    ["one with options", { entities: [{ EMAIL: {} }] }, ["entities", 0, "EMAIL"], "is no entity"],
    [
      "a name that is none",
      { recognizers: [{ entity: "staff", patterns: ["x"] }] },
      ["recognizers", 0, "entity"],
      "capital letters",
    ],
    [
      "a pattern without a bound",
      { recognizers: [{ entity: "A", patterns: ["x", "a+"] }] },
      ["recognizers", 0, "patterns", 1],
      "has no bound",
    ],
    [
      "a pattern that is none",
      { recognizers: [{ entity: "A", patterns: ["("] }] },
      ["recognizers", 0, "patterns", 0],
      "is not closed",
    ],
    [
      "a mask's option of an entity that is not masked",
      { entities: [{ URL: { keepLast: 1 } }] },
      ["entities", 0, "URL", "keepLast"],
      "mask",
    ],
    ["tokens of replies", { direction: "output", entities: [{ URL: { action: "tokenize" } }] }, ["direction"], "tokenize"],
  ])("refuses %s", (_, options, path, message) => {
    expect(() => pii(options)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path, message: expect.stringContaining(message) })] }),
    );
  });
});
