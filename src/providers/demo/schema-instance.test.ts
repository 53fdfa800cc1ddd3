import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaInstance } from "./schema-instance.ts";

const tree = {
  $defs: {
    node: {
      type: "object",
      properties: { value: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
      required: ["value", "next"],
    },
  },
  $ref: "#/$defs/node",
};

const cases: readonly (readonly [string, unknown, unknown])[] = [
  ["no demands", {}, "demo"],
  ["true", true, "demo"],
  ["a string", { type: "string" }, "demo"],
  ["a short string", { type: "string", maxLength: 2 }, "de"],
  ["a long string", { type: "string", minLength: 8 }, "demo dem"],
  ["an integer", { type: "integer" }, 1],
  ["an integer in bounds", { type: "integer", minimum: 10, maximum: 12 }, 10],
  ["an integer below zero", { type: "integer", maximum: -3 }, -3],
  ["an exclusive minimum", { type: "integer", exclusiveMinimum: 10 }, 11],
  ["an exclusive maximum", { type: "integer", exclusiveMaximum: 0 }, -1],
  ["draft 4's exclusive", { type: "integer", minimum: 5, exclusiveMinimum: true }, 6],
  ["a multiple", { type: "integer", minimum: 7, multipleOf: 5 }, 10],
  ["a whole multiple of a half", { type: "integer", multipleOf: 1.5 }, 3],
  ["a number between", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  ["a number above", { type: "number", exclusiveMinimum: 5 }, 6],
  ["a number below", { type: "number", maximum: 0 }, -1],
  ["a boolean", { type: "boolean" }, true],
  ["null", { type: "null" }, null],
  ["a nullable type", { type: ["null", "integer"] }, 1],
  ["const", { const: { a: [1] } }, { a: [1] }],
  ["const null", { const: null }, null],
  ["enum", { type: "string", enum: [1, "b", "c"] }, "b"],
  ["default", { type: "string", default: "d" }, "d"],
  ["a default of the wrong type", { type: "string", default: null }, "demo"],
  ["examples", { type: "integer", examples: [42] }, 42],
  ["a date", { type: "string", format: "date" }, "2026-01-31"],
  ["an unknown format", { type: "string", format: "isbn" }, "demo"],
  ["a pattern", { type: "string", pattern: "^[A-Z]{2}-\\d{3}$" }, "AA-000"],
  ["a pattern too hard", { type: "string", pattern: "^(?=a)a$" }, "demo"],
  ["a pattern and a length", { type: "string", pattern: "^a+$", minLength: 3 }, "aaaa"],
  [
    "required and optional",
    { type: "object", properties: { a: { type: "integer" }, b: {} }, required: ["b"] },
    { b: "demo", a: 1 },
  ],
  ["at most one property", { properties: { a: {}, b: {} }, required: ["b"], maxProperties: 1 }, { b: "demo" }],
  ["required beyond the properties", { required: ["x"], additionalProperties: { type: "integer" } }, { x: 1 }],
  ["at least two properties", { type: "object", minProperties: 2 }, { property1: "demo", property2: "demo" }],
  ["a property nobody may have", { properties: { a: false, b: true } }, { b: "demo" }],
  ["an array", { type: "array", items: { type: "integer" } }, [1]],
  ["an array of anything", { type: "array" }, []],
  ["an array of three", { type: "array", items: { enum: ["x"] }, minItems: 3 }, ["x", "x", "x"]],
  ["a unique array", { type: "array", items: { type: "string" }, minItems: 2, uniqueItems: true }, ["demo", "1demo"]],
  [
    "a unique array of objects",
    {
      type: "array",
      items: { properties: { id: { type: "integer" }, on: { type: "boolean" } }, required: ["id"] },
      minItems: 2,
      uniqueItems: true,
    },
    [
      { id: 1, on: true },
      { id: 2, on: false },
    ],
  ],
  ["a tuple", { type: "array", prefixItems: [{ const: 1 }, { const: 2 }], items: false }, [1, 2]],
  ["draft 7's tuple", { type: "array", items: [{ const: 1 }], additionalItems: false }, [1]],
  ["contains", { type: "array", contains: { const: 7 } }, [7]],
  ["anyOf", { anyOf: [false, { type: "integer" }] }, 1],
  ["anyOf beside a type", { type: "string", anyOf: [{ type: "integer" }, { minLength: 5 }] }, "demo "],
  [
    "oneOf by what is required",
    { properties: { a: {}, b: {} }, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    { a: "demo" },
  ],
  [
    "allOf",
    {
      allOf: [
        { type: "object", properties: { a: { minimum: 1 } } },
        { properties: { a: { type: "integer", minimum: 3 } }, required: ["a"] },
      ],
    },
    { a: 3 },
  ],
  ["a reference", { $defs: { "a/b": { const: 5 } }, $ref: "#/$defs/a~1b" }, 5],
  ["a reference with more beside it", { $defs: { a: { type: "string" } }, $ref: "#/$defs/a", maxLength: 1 }, "d"],
  ["a reference elsewhere", { $ref: "https://example.com/schema" }, "demo"],
  ["a reference to itself", { $ref: "#" }, "demo"],
];

describe("schemaInstance", () => {
  it.each(cases)("makes %s", (_, schema, expected) => {
    expect(schemaInstance(schema)).toEqual(expected);
  });

  it("ends a recursive schema as soon as it may", () => {
    expect(JSON.stringify(schemaInstance(tree))).toMatch(/^(\{"value":1,"next":){1,6}null\}+$/);
  });

  it("stays small and quick for schemas that explode", () => {
    const wide = {
      $defs: {
        a: {
          type: "object",
          properties: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, { $ref: "#/$defs/a" }])),
        },
      },
      $ref: "#/$defs/a",
    };
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`d${i}`, { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] }]),
    );
    const endless = {
      $defs: { a: { type: "object", properties: { x: { $ref: "#/$defs/a" }, y: { $ref: "#/$defs/a" } }, required: ["x", "y"] } },
      $ref: "#/$defs/a",
    };
    for (const schema of [
      wide,
      { $defs: doubling, $ref: "#/$defs/d0" },
      endless,
      { type: "array", minItems: 1e9 },
      { type: "string", minLength: 1e9 },
    ]) {
      expect(JSON.stringify(schemaInstance(schema)).length).toBeLessThan(200_000);
    }
  });

  it("does not touch a prototype", () => {
    const made = schemaInstance(
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"integer"}},"required":["__proto__"]}'),
    );
    expect(JSON.stringify(made)).toBe('{"__proto__":1}');
    expect(schemaInstance({ $ref: "#/constructor/name" })).toBe("demo");
  });

  it("makes something of anything", () => {
    const keyword = fc.constantFrom(
      "type",
      "properties",
      "required",
      "items",
      "enum",
      "anyOf",
      "allOf",
      "$ref",
      "minLength",
      "pattern",
      "multipleOf",
    );
    const anything = fc.letrec((tie) => ({
      schema: fc.dictionary(
        keyword,
        fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.array(tie("schema"), { maxLength: 2 }), tie("schema")),
      ),
    })).schema;
    fc.assert(fc.property(anything, (schema) => void expect(schemaInstance(schema)).not.toBeUndefined()));
  });
});
