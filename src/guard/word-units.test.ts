import { expect, it } from "vitest";
import { wordUnits } from "./word-units.ts";

it.each([
  ["letters, digits and _", "azAZ09_éßяΩא٤Ⅷ", 1],
  ["what stands between words", " -.,'\n\u00a0@$+", 0],
  ["scripts without spaces, and those that join particles to words", "秘密ひカ한ไລខမ", 0],
  ["halves of surrogate pairs", "\ud83d\ude00", 0],
])("%s: %j", (_, units, expected) => {
  const table = wordUnits();
  expect(units.split("").map((unit) => table[unit.charCodeAt(0)])).toEqual(units.split("").map(() => expected));
  expect(table).toHaveLength(0x10000);
});

it("is one table for all", () => {
  expect(wordUnits()).toBe(wordUnits());
});
