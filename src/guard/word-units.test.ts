import { expect, it } from "vitest";
import { wordUnits } from "./word-units.ts";

it("is 1 for letters, digits and _, but for scripts without spaces and those that join particles to words", () => {
  const table = wordUnits();
  const words = (units: string) => units.split("").filter((unit) => table[unit.charCodeAt(0)] === 1);
  expect(words("azAZ09_éßяΩא٤Ⅷ").join("")).toBe("azAZ09_éßяΩא٤Ⅷ");
  expect(words(" -.,'\n\u00a0@$+")).toEqual([]);
  expect(words("秘密ひカ한ไລខမ")).toEqual([]);
  expect(words("\ud83d\ude00")).toEqual([]);
  expect(table).toHaveLength(0x10000);
  expect(wordUnits()).toBe(table);
});
