import { describe, expect, it } from "vitest";
import { schemaSubset } from "./schema-subset.ts";

function subset(schema: Record<string, unknown>): readonly [schema: object, lost: readonly string[]] {
  const lost: string[] = [];
  return [schemaSubset(schema, (keyword) => lost.push(keyword)), lost];
}

describe("the subset of JSON Schema that older models take", () => {
  it.each<[string, Record<string, unknown>, object, string[]]>([
    [
      "words",
      { type: "string", title: "T", description: "D", minLength: 1, pattern: "a" },
      { type: "STRING", title: "T", description: "D", minLength: 1, pattern: "a" },
      [],
    ],
    ["null among the types", { type: ["integer", "null"] }, { type: "INTEGER", nullable: true }, []],
    ["several types", { type: ["integer", "string"] }, { anyOf: [{ type: "INTEGER" }, { type: "STRING" }] }, []],
    ["a choice with null", { anyOf: [{ type: "string" }, { type: "null" }] }, { type: "STRING", nullable: true }, []],
    ["oneOf", { oneOf: [{ type: "string" }, { type: "integer" }] }, { anyOf: [{ type: "STRING" }, { type: "INTEGER" }] }, []],
    ["allOf of one", { allOf: [{ type: "string" }] }, { type: "STRING" }, []],
    ["allOf of more", { allOf: [{}, {}] }, {}, ["allOf"]],
    ["const", { const: "a" }, { type: "STRING", enum: ["a"] }, []],
    ["enum with null", { enum: ["a", null] }, { type: "STRING", enum: ["a"], nullable: true }, []],
    ["enum of numbers", { type: "integer", enum: [1, 2] }, { type: "INTEGER" }, ["enum"]],
    ["what says nothing", { $schema: "x", $comment: "y", examples: [1] }, {}, []],
    ["what is not there", { not: {}, uniqueItems: true, prefixItems: [] }, {}, ["not", "uniqueItems", "prefixItems"]],
    [
      "schemas that are true or false",
      { items: true, properties: { a: false } },
      { items: {}, properties: { a: {} } },
      ["false"],
    ],
    ["a reference", { $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "string" } } }, { type: "STRING" }, []],
    ["a reference to nothing", { $ref: "#/$defs/a" }, {}, ["$ref"]],
    ["a reference elsewhere", { $ref: "https://example.com/a" }, {}, ["$ref"]],
  ])("%s", (_what, schema, expected, lost) => {
    expect(subset(schema)).toEqual([expected, lost]);
  });

  it("ends where a schema holds itself", () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" } } };
    const [schema, lost] = subset({ $ref: "#/$defs/node", $defs: { node } });
    expect(schema).toEqual({ type: "OBJECT", properties: { next: {} } });
    expect(lost).toEqual(["$ref"]);
  });

  it("does not grow without end where references multiply", () => {
    const twice = (name: string) => ({ properties: { a: { $ref: `#/$defs/${name}` }, b: { $ref: `#/$defs/${name}` } } });
    const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i}`, twice(`d${i + 1}`)]));
    const [schema, lost] = subset({ $ref: "#/$defs/d0", $defs });
    expect(lost.length).toBeGreaterThan(0);
    expect(JSON.stringify(schema).length).toBeLessThan(1_000_000);
  });
});
