import { UnitSet } from "./unit-set.ts";

const unitsByProperty = new Map<string, UnitSet>();

/** Units of the basic plane that have a Unicode property, by JavaScript's own tables. */
export function unitsWith(property: string, unknown: () => never): UnitSet {
  const known = unitsByProperty.get(property);
  if (known !== undefined) return known;
  let test: RegExp;
  try {
    test = new RegExp(`\\p${property}`, "u");
  } catch {
    return unknown();
  }
  const ends: number[] = [];
  for (let each = 0; each <= 0xffff; each++) if (test.test(String.fromCharCode(each))) ends.push(each, each);
  const units = UnitSet.fromRanges(ends).without(UnitSet.surrogates);
  unitsByProperty.set(property, units);
  return units;
}
