import { expect, it } from "vitest";
import { rangesOf } from "../../test/support/ranges-of.ts";
import { unitsWith } from "./unit-properties.ts";

const unknown = (): never => {
  throw new Error("unknown");
};

it.each(["{Lu}", "{NChar}"])("knows the units with the property %s as JavaScript does", (property) => {
  const own = new RegExp(`\\p${property}`, "u");
  const isHalf = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
  const expected = rangesOf((unit) => !isHalf(unit) && own.test(String.fromCharCode(unit)));
  expect(unitsWith(property, unknown).ranges).toEqual(expected);
});

it("looks a property up once", () => {
  expect(unitsWith("{Lt}", unknown)).toBe(unitsWith("{Lt}", unknown));
  expect(unitsWith("{Lt}", unknown)).not.toBe(unitsWith("{NChar}", unknown));
});

it("asks what to do about a property that is none", () => {
  expect(() => unitsWith("{Nope}", unknown)).toThrow("unknown");
});
