import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryJsonText } from "../../../test/support/arbitrary-json-text.ts";
import { JsonProblem, JsonReader } from "./json-reader.ts";

/** Reads a value with the reader's typed methods alone. */
function read(reader: JsonReader): unknown {
  switch (reader.kind()) {
    case "string":
      return reader.string();
    case "number":
      return reader.number();
    case "true":
    case "false":
      return reader.boolean();
    case "null":
      reader.takeNull();
      return null;
    case "array": {
      const items: unknown[] = [];
      reader.array(() => items.push(read(reader)));
      return items;
    }
    case "object": {
      const entries: [string, unknown][] = [];
      reader.object((key) => entries.push([key, read(reader)]));
      return Object.fromEntries(entries);
    }
  }
}

function outcome<T>(step: () => T): { value: T } | "refused" {
  try {
    return { value: step() };
  } catch (error) {
    if (error instanceof JsonProblem || error instanceof SyntaxError) return "refused";
    throw error;
  }
}

const whole = (text: string, step: (reader: JsonReader) => unknown): unknown => {
  const reader = new JsonReader(text);
  const value = step(reader);
  reader.end();
  return value;
};

const damage = fc.constantFrom(
  "",
  '"',
  "\\",
  "\\u",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "0",
  "-",
  ".",
  "e",
  "t",
  "\u0000",
  "\n",
  " ",
  "\u00a0",
  "\ufeff",
);

/** JSON text, now and then with something put in or taken out. */
const nearlyJson = fc.tuple(arbitraryJsonText, fc.nat(), fc.nat({ max: 2 }), damage).map(([text, at, removed, added]) => {
  const cut = at % (text.length + 1);
  return text.slice(0, cut) + added + text.slice(cut + removed);
});

describe("the reader", () => {
  it("takes what JSON.parse takes, and reads the same, also by skipping", () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const parsed = outcome(() => JSON.parse(text) as unknown);
        expect(outcome(() => whole(text, read))).toEqual(parsed);
        expect(outcome(() => whole(text, (reader) => reader.raw()))).toEqual(
          parsed === "refused" ? parsed : { value: text.trim() },
        );
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['{"a":[0,{"b c":tru}]}', "a[1].b c", "invalid JSON at character 15"],
    ["[[],[1,2,x]]", "[1][2]", "invalid JSON at character 9"],
    ['{"a":{"b":1 "c":2}}', "a", "invalid JSON at character 12: a comma or a closing bracket is missing"],
    ['{"a":"\t"}', "a", "invalid JSON at character 5: a string has a control character"],
    ['{"a":"\\ud8x"}', "a", "invalid JSON at character 5: a string has a bad escape or a control character"],
    ['["a', "[0]", "invalid JSON: a string does not end"],
    ["1 1", "", "invalid JSON at character 2: something follows the value"],
  ])("says where %s is wrong", (text, path, message) => {
    expect(() => whole(text, (reader) => reader.skip())).toThrow(expect.objectContaining({ path, message }));
  });

  it("goes 64 levels deep and no deeper", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(whole(nested(64), (reader) => reader.raw())).toBe(nested(64));
    expect(() => whole(nested(65), (reader) => reader.skip())).toThrow("nested deeper than 64 levels");
    expect(() => whole("[".repeat(1_000_000), (reader) => reader.skip())).toThrow("nested deeper than 64 levels");
  });

  it("passes other errors on as they are", () => {
    const error = new RangeError("mine");
    const reader = new JsonReader('{"a":[1]}');
    expect(() =>
      reader.object(() =>
        reader.array(() => {
          throw error;
        }),
      ),
    ).toThrow(error);
  });
});
