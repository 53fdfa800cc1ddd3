import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toFloat32, valuesFromBase64, valuesToBase64 } from "./embedding-values.ts";

const vector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });

describe("vectors in base64", () => {
  it("are the same numbers as those written out", () => {
    fc.assert(
      fc.property(vector, (values) => {
        const written = toFloat32(JSON.parse(JSON.stringify(values)) as number[]);
        // JSON has no -0.
        expect(valuesFromBase64(valuesToBase64(values))?.map((value) => value + 0)).toEqual(written?.map((value) => value + 0));
      }),
    );
  });

  it("are those of a Float32Array on a little-endian machine", () => {
    expect(valuesToBase64([1, -0.5, 3.25])).toBe(Buffer.from(new Float32Array([1, -0.5, 3.25]).buffer).toString("base64"));
    expect(valuesFromBase64("AACAPwAAAL8AAFBA")).toEqual([1, -0.5, 3.25]);
  });

  it.each([
    ["half a number", "AACA"],
    ["characters of no base64", "AACAPw!!AAL8"],
    ["a number that is none", Buffer.from(new Float32Array([Number.NaN]).buffer).toString("base64")],
    ["a number without end", Buffer.from(new Float32Array([1 / 0]).buffer).toString("base64")],
  ])("are refused when they are %s", (_, text) => {
    expect(valuesFromBase64(text)).toBeUndefined();
  });
});

it("refuses numbers that 32 bits cannot hold", () => {
  expect(toFloat32([1, 1e39])).toBeUndefined();
  expect(toFloat32([0.1])).toEqual([Math.fround(0.1)]);
});
