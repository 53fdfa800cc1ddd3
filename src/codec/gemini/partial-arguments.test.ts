import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { casesOf } from "../../../test/support/cases.ts";
import { GatewayError } from "../../chat/error.ts";
import type { PartialArgument } from "./function-call-json.ts";
import { PartialArguments } from "./partial-arguments.ts";

function written(pieces: readonly PartialArgument[]): string {
  const open = new PartialArguments();
  return pieces.map((piece) => open.add(piece)).join("") + open.end();
}

describe("arguments in pieces", () => {
  it.each<[string, PartialArgument[], string]>([
    ["none", [], "{}"],
    ["a string", [{ jsonPath: "$.a", text: "x" }], '{"a":"x"}'],
    [
      "a string in pieces",
      [
        { jsonPath: "$.a", text: "x", willContinue: true },
        { jsonPath: "$.a", text: 'y"', willContinue: true },
        { jsonPath: "$.a", text: "" },
      ],
      '{"a":"xy\\""}',
    ],
    [
      "halves of a pair",
      [
        { jsonPath: "$.a", text: "\ud83d", willContinue: true },
        { jsonPath: "$.a", text: "\ude00" },
      ],
      '{"a":"\\ud83d\\ude00"}',
    ],
    [
      "a string that does not end",
      [
        { jsonPath: "$.a", text: "x", willContinue: true },
        { jsonPath: "$.b", scalar: "1" },
      ],
      '{"a":"x","b":1}',
    ],
    [
      "exact numbers",
      [
        { jsonPath: "$.a", scalar: "1.0" },
        { jsonPath: "$.b", scalar: "12345678901234567890" },
      ],
      '{"a":1.0,"b":12345678901234567890}',
    ],
    [
      "objects and arrays",
      [
        { jsonPath: "$.a[0].b[0]", scalar: "1" },
        { jsonPath: "$.a[0].b[1]", scalar: "2" },
        { jsonPath: "$.a[1].b[0]", scalar: "3" },
        { jsonPath: "$.c.d", scalar: "null" },
        { jsonPath: "$.c.e.f", scalar: "true" },
        { jsonPath: "$.g", text: "h" },
      ],
      '{"a":[{"b":[1,2]},{"b":[3]}],"c":{"d":null,"e":{"f":true}},"g":"h"}',
    ],
    [
      "quoted names",
      [
        { jsonPath: "$['a b']", scalar: "1" },
        { jsonPath: '$["c\\"d"]', scalar: "2" },
        { jsonPath: "$['e\\'f\"g']", scalar: "3" },
      ],
      `{"a b":1,"c\\"d":2,"e'f\\"g":3}`,
    ],
    ["names beyond ASCII", [{ jsonPath: "$.größe-x", scalar: "1" }], '{"größe-x":1}'],
    ["a name that is special", [{ jsonPath: "$.__proto__.constructor", scalar: "1" }], '{"__proto__":{"constructor":1}}'],
    ["a piece without a value", [{ jsonPath: "$.a" }], '{"a":null}'],
  ])("%s", (_what, pieces, json) => {
    expect(written(pieces)).toBe(json);
    JSON.parse(json);
  });

  it.each<[string, string[]]>([
    ["no path", [""]],
    ["the root", ["$"]],
    ["an array at the root", ["$[0]"]],
    ["a wildcard", ["$.*"]],
    ["a descendant", ["$..a"]],
    ["what ends in the middle", ["$.a["]],
    ["a bad escape", ["$['\\x']"]],
    ["a place twice", ["$.a", "$.a"]],
    ["a place inside a value", ["$.a", "$.a.b"]],
    ["a place that was left", ["$.a.b", "$.c", "$.a.d"]],
    ["an array with a hole", ["$.a[0]", "$.a[2]"]],
    ["an array that begins late", ["$.a[1]"]],
    ["an array that is an object", ["$.a[0]", "$.a.b"]],
    ["an object that is an array", ["$.a.b", "$.a[0]"]],
    ["too deep", [`$${".a".repeat(100)}`]],
  ])("refuse %s", (_what, paths) => {
    expect(() => written(paths.map((jsonPath) => ({ jsonPath, scalar: "1" })))).toThrow(GatewayError);
  });

  it("give back any arguments, however they are cut", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,4}$/);
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: "binary" }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { minLength: 1, maxLength: 3 }),
        fc.dictionary(name, tie("value"), { minKeys: 1, maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4 }), fc.integer({ min: 1, max: 3 }), (args, length) => {
        expect(JSON.parse(written(piecesOf(args, "$", length)))).toEqual({ ...args });
      }),
      { numRuns: casesOf(500) },
    );
  });
});

/** The pieces that a model would stream of a value: its scalars in the order of the text, strings in parts. */
function piecesOf(value: unknown, jsonPath: string, length: number): PartialArgument[] {
  if (typeof value === "string") {
    const parts = value.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
    return [...parts.map((text) => ({ jsonPath, text, willContinue: true })), { jsonPath, text: "" }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => piecesOf(item, `${jsonPath}[${index}]`, length));
  if (typeof value !== "object" || value === null) return [{ jsonPath, scalar: String(value) }];
  return Object.entries(value).flatMap(([name, member]) => piecesOf(member, `${jsonPath}.${name}`, length));
}
