import { expect, it } from "vitest";
import { maskText } from "./mask.ts";

it.each<readonly [string, number, string]>([
  ["4111 1111 1111 1111", 4, "**** **** **** 1111"],
  ["ada@example.com", 0, "***@*******.***"],
  ["ada", 3, "***"],
  ["ada", 2, "*da"],
  ["Größe 𝟜𝟚", 1, "***** *𝟚"],
  ["--", 1, "--"],
  ["", 4, ""],
])("masks %j but for %i", (text, keepLast, expected) => {
  expect(maskText(keepLast)(text)).toBe(expected);
});
