import { expect, it } from "vitest";
import { standsForSpace, withLineBreaks } from "./written-out-space.ts";

it.each([
  ["a b", "a b"],
  ["a\\nb", "a\nb"],
  ["a\\rb\\tc\\n", "a\nb\nc\n"],
  ["C:\\users\\x", "C:\\users\\x"],
  ["\\\\n", "\\\n"],
  ["nrt", "nrt"],
])("reads %j as %j", (text, expected) => {
  expect(withLineBreaks(text)).toBe(expected);
});

it("takes n, r and t for spaces behind a backslash, and nothing else", () => {
  const letters = Array.from({ length: 0x80 }, (_, unit) => unit).filter(standsForSpace);
  expect(String.fromCharCode(...letters)).toBe("nrt");
});
