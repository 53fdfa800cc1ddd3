import { expect, it } from "vitest";
import { spellOutCase } from "./spell-out-case.ts";

it.each([
  ["(?i:ab)c", "(?:[aA][bB])c"],
  ["(?i:a(?:b|c))d", "(?:[aA](?:[bB]|[cC]))d"],
  ["(?i:[A-F0-9])[a-f]", "(?:[A-F0-9a-f])[a-f]"],
  ["(?i:\\d\\u0041(?<=[x]))", "(?:\\d\\u0041(?<=[xX]))"],
  ["[()]a", "[()]a"],
])("%s becomes %s", (pattern, spelled) => {
  expect(spellOutCase(pattern)).toBe(spelled);
});
