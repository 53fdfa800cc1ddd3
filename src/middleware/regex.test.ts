import { describe, expect, it } from "vitest";
import { foundBy } from "../../test/support/found-by.ts";
import { regex } from "./regex.ts";

type Rule = Parameters<typeof regex>[0]["patterns"][number];

describe("regex", () => {
  it.each<readonly [string, Rule, string, readonly string[]]>([
    ["finds its pattern", { pattern: "T-\\d{2,4}" }, "T-1 T-123 t-123", ["REGEX:T-123"]],
    ["in either case", { pattern: "T-\\d{2}", caseInsensitive: true, entity: "TICKET" }, "t-12", ["TICKET:t-12"]],
    ["also in look-alikes", { pattern: "T-\\d{2}" }, "Ｔ－１２", ["REGEX:Ｔ－１２"]],
    ["ends a match at its bound", { pattern: "a+b", maxSpan: 4 }, "aaaaaaab", ["REGEX:aaaa", "REGEX:aaab"]],
    ["or drops it there", { pattern: "a+b", maxSpan: 4, atMaxSpan: "drop" }, "aaaaaaab", ["REGEX:aaab"]],
  ])("%s", (_, rule, text, found) => {
    expect(foundBy(regex({ patterns: [rule] }), text)).toEqual(found);
  });

  it.each<readonly [string, Rule, string]>([
    ["has no bound", { pattern: "secret.*" }, "the pattern has no bound: count its repeats, or give it a maxSpan"],
    ["matches nothing", { pattern: "a?" }, "the pattern matches the empty text"],
    ["looks back", { pattern: "(a)\\1" }, "the pattern, character 4: \\1 is not an escape of this syntax"],
    [
      "is longer than its bound",
      { pattern: "a{9}", maxSpan: 3 },
      "the pattern matches 9 characters at the least, more than its maxSpan",
    ],
  ])("refuses a pattern that %s, and does not show it", (_, rule, message) => {
    expect(() => regex({ patterns: [rule] })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: ["patterns", 0, "pattern"], message })] }),
    );
  });
});
