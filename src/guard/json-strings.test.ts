import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { JsonStrings } from "./json-strings.ts";

/** A string's units as they are read, each with the text that stands for it. */
interface Told {
  value: string;
  readonly written: string[];
}

function read(text: string): Told[] {
  const strings = new JsonStrings();
  const told: Told[] = [];
  for (let i = 0; i < text.length; i++) {
    const part = strings.read(text.charCodeAt(i));
    if (part === "begin") told.push({ value: "", written: [] });
    if (part === "unit") {
      const last = told.at(-1);
      if (last === undefined) throw new Error("a unit outside of a string");
      last.value += String.fromCharCode(strings.unit);
      last.written.push(text.slice(strings.from, strings.from + strings.size));
      expect(strings.from + strings.size).toBe(i + 1);
    }
    const open = /\\(?:u[^\\"]{0,3})?$/.exec(text.slice(0, i + 1));
    if (open === null || part === "unit") expect(strings.decodedTo).toBe(i + 1);
  }
  return told;
}

const unit = fc.constantFrom("a", "u", '"', "\\", "/", "\b", "\f", "\n", "\r", "\t", "é", "\u0000", "😀", "4");
const value = fc.string({ unit, maxLength: 8 });
/** A string as JSON, each unit as it is or escaped in one of the ways there are. */
const written = fc.tuple(value, fc.infiniteStream(fc.nat(3))).map(([text, ways]) => {
  const units = text.split("").map((each) => {
    const { value: way } = ways.next();
    const hex = each.charCodeAt(0).toString(16).padStart(4, "0");
    if (way === 0) return `\\u${hex}`;
    if (way === 1) return `\\u${hex.toUpperCase()}`;
    return way === 2 && each === "/" ? "\\/" : JSON.stringify(each).slice(1, -1);
  });
  return `"${units.join("")}"`;
});

describe("JsonStrings", () => {
  it("reads every string as JSON.parse does, and knows where each unit is written", () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 4 }), (all) => {
        const told = read(`{"k": [1, ${all.join(" , ")}], "e":null}`);
        expect(told.map(({ value }) => value)).toEqual(["k", ...all.map((each) => JSON.parse(each) as string), "e"]);
        expect(told.slice(1, -1).map(({ written }) => `"${written.join("")}"`)).toEqual(all);
      }),
      runsOf(3000),
    );
  });

  it.each([
    ['"\\x"', "x", ["\\x"]],
    ['"\\u00zb"', "zb", ["\\u00z", "b"]],
    ['"\\u"a', "", []],
    ['"a', "a", ["a"]],
  ])("reads on after what is no JSON: %s", (text, value, written) => {
    const [told] = read(text);
    expect(told).toEqual(text.startsWith('"\\u"') ? { value: '"a', written: ['\\u"', "a"] } : { value, written });
  });

  it("tells the escape around an offset, as far as it has come, and forgets those before one", () => {
    const strings = new JsonStrings();
    const take = (text: string) => {
      for (const each of text) strings.read(each.charCodeAt(0));
    };
    take('"ab\\u00');
    expect(strings.decodedTo).toBe(3);
    expect([2, 3, 4, 6, 100].map((at) => strings.escapeAt(at)?.from)).toEqual([undefined, undefined, 3, 3, 3]);
    expect(strings.escapeAt(4)?.end).toBeUndefined();
    take("41c\\n");
    expect(strings.decodedTo).toBe(12);
    expect([3, 4, 8, 9, 10, 11, 12].map((at) => strings.escapeAt(at)?.end)).toEqual([
      undefined,
      9,
      9,
      undefined,
      undefined,
      12,
      undefined,
    ]);
    strings.forget(8);
    expect(strings.escapeAt(4)?.end).toBe(9);
    strings.forget(9);
    expect(strings.escapeAt(4)).toBeUndefined();
    expect(strings.escapeAt(11)?.end).toBe(12);
    take("\\u1");
    strings.finish();
    expect(strings.decodedTo).toBe(15);
    expect(strings.escapeAt(14)?.end).toBe(15);
  });
});
