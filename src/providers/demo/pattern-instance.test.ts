import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternInstance } from "./pattern-instance.ts";

describe("patternInstance", () => {
  const patterns = [
    "^abc$",
    "^[A-Z]{3}-\\d{4}$",
    "^(foo|bar)+$",
    "^\\w+@\\w+\\.com$",
    "[^a-z]{2,}",
    "^#(?:[0-9a-f]{3}){1,2}$",
    "^\\+?\\d{7,15}$",
    "^(?<year>\\d{4})-x*?$",
    "^[^\\d]$",
    "^[\\-\\]]$",
    "^a{2}|b$",
    "^é\\.\\/$",
    "",
  ];
  it.each(patterns)("satisfies %s", (pattern) => {
    for (const extra of [0, 1, 5]) expect(patternInstance(pattern, extra)).toMatch(new RegExp(pattern, "u"));
  });

  it.each([
    "(?=a)b",
    "(?<!a)b",
    "(a)\\1",
    "\\p{L}",
    "[a",
    "(a",
    "a)",
    "*",
    "a{5000}",
    "(a{100}){100}",
    "[]",
    "\\",
    "(".repeat(60),
  ])("gives up on %s", (pattern) => {
    expect(patternInstance(pattern)).toBeUndefined();
  });

  it("satisfies or gives up on any class and quantifier", () => {
    const atom = fc.constantFrom("a", ".", "\\d", "[b-d]", "[^x]", "(?:ab|c)", "(z)");
    const part = fc.tuple(atom, fc.constantFrom("", "?", "*", "+", "{2}", "{1,3}", "{0,}"));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.nat(3), (parts, extra) => {
        const pattern = `^${parts.flat().join("")}$`;
        expect(patternInstance(pattern, extra)).toMatch(new RegExp(pattern));
      }),
    );
  });
});
