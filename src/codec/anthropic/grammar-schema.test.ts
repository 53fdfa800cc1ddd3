import { describe, expect, it } from "vitest";
import { grammarSchema } from "./grammar-schema.ts";

const closed = (properties: object, rest: object = {}) => ({ type: "object", properties, additionalProperties: false, ...rest });
const rewritten = (schema: unknown) => grammarSchema(JSON.stringify(schema));

describe("a schema as a grammar", () => {
  it.each([
    ["an object", closed({ a: { type: "string" } }, { required: ["a"] })],
    ["an empty object", closed({})],
    ["a nullable object", closed({}, { type: ["object", "null"] })],
    ["alternatives", closed({ a: { anyOf: [{ type: "string" }, { type: "null" }] } })],
    [
      "definitions",
      closed({ a: { $ref: "#/$defs/b" }, c: { $ref: "#/$defs/b" } }, { $defs: { b: closed({ n: { type: "number" } }) } }),
    ],
    ["literals", closed({ a: { enum: ["x", 1, null] }, b: { const: "y" }, c: { type: "string", format: "date" } })],
    ["a list", closed({ a: { type: "array", items: { type: "integer" }, minItems: 1 } })],
  ])("is what it was: %s", (_, schema) => {
    expect(rewritten(schema)).toEqual({ schema: JSON.stringify(schema), changed: false, loose: false });
  });

  it.each([
    ["an open object is closed", { type: "object", properties: { a: { type: "null" } } }, closed({ a: { type: "null" } }), false],
    [
      "so is one that says it is open",
      { type: "object", properties: { a: { type: "null" } }, additionalProperties: true },
      closed({ a: { type: "null" } }),
      false,
    ],
    ["what has properties is an object", { properties: { a: { type: "null" } } }, { ...closed({ a: { type: "null" } }) }, false],
    ["what says nothing goes", closed({}, { $schema: "x", $id: "y" }), closed({}), false],
    ["one of becomes any of", closed({ a: { oneOf: [{ type: "null" }] } }), closed({ a: { anyOf: [{ type: "null" }] } }), false],
    [
      "other constraints become words",
      closed({
        a: { type: "integer", minimum: 1, description: "A" },
        b: { type: "array", items: { type: "null" }, minItems: 2 },
      }),
      closed({
        a: { type: "integer", description: "A\n\n{minimum: 1}" },
        b: { type: "array", items: { type: "null" }, description: "{minItems: 2}" },
      }),
      true,
    ],
    [
      "so do formats that it does not know",
      closed({ a: { type: "string", format: "regex", pattern: "^a" } }),
      closed({ a: { type: "string", description: '{format: "regex", pattern: "^a"}' } }),
      true,
    ],
  ])("%s", (_, schema, expected, loose) => {
    const { schema: text = "", ...how } = rewritten(schema) ?? {};
    expect(JSON.parse(text)).toEqual(expected);
    expect(how).toEqual({ changed: true, loose });
  });

  it.each([
    ["anything", {}],
    ["an object with any members", { type: "object" }],
    ["a map", { type: "object", additionalProperties: { type: "string" } }],
    ["a map beside members", { type: "object", properties: { a: { type: "null" } }, additionalProperties: { type: "null" } }],
    ["anything inside", closed({ a: {} })],
    ["true inside", closed({ a: true })],
    ["a list of anything", closed({ a: { type: "array", items: {} } })],
    ["itself", closed({ a: { $ref: "#" } })],
    ["recursion", closed({ a: { $ref: "#/$defs/b" } }, { $defs: { b: closed({ c: { $ref: "#/$defs/b" } }) } })],
    [
      "recursion by a detour",
      closed(
        { a: { $ref: "#/$defs/b" } },
        { $defs: { b: closed({ c: { $ref: "#/$defs/d" } }), d: closed({ e: { $ref: "#/$defs/b" } }) } },
      ),
    ],
    ["somebody else's schema", closed({ a: { $ref: "https://example.com/a.json" } })],
    ["an undefined definition", closed({ a: { $ref: "#/$defs/b" } })],
    ["objects as literals", closed({ a: { enum: [{ x: 1 }] } })],
  ])("cannot say %s", (_, schema) => {
    expect(rewritten(schema)).toBeUndefined();
  });

  it("keeps the order of keys and the digits of numbers", () => {
    const schema =
      '{"type":"object","properties":{"z":{"const":12345678901234567890},"a":{"const":1.0}},"additionalProperties":false}';
    expect(grammarSchema(schema)?.schema).toBe(schema);
  });
});
