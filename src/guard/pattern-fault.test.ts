import { expect, it } from "vitest";
import { CharacterFold } from "./character-fold.ts";
import { patternFault } from "./pattern-fault.ts";

it.each([
  ["a{2,4}", {}, undefined],
  ["a+", { maxSpan: 9 }, undefined],
  ["a+", {}, "the pattern has no bound: count its repeats, or give it a maxSpan"],
  ["secret(", {}, "the pattern, character 7: a ( is not closed"],
  ["x?", {}, "the pattern matches the empty text"],
  [
    "[^ß]",
    { fold: CharacterFold.with({ case: true }) },
    "the pattern, character 1: ß is more than one unit, so it cannot be excluded",
  ],
])("says of %s under %o: %s", (source, options, fault) => {
  expect(patternFault(source, options)).toBe(fault);
});
