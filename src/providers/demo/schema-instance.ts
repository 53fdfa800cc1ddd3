import type { JsonValue } from "@bufbuild/protobuf";
import { numberInstance } from "./number-instance.ts";
import { asSchema, isSchema, mergeSchemas, type Schema, typesOf } from "./schema-merge.ts";
import { stringInstance } from "./string-instance.ts";

/** Schemas that are looked at for one instance at the most; beyond it the rest is `null`. */
const maxNodes = 5000;
/** How deep an instance goes at the most. */
const maxDepth = 60;
/** Up to these an instance also has what a schema does not require. */
const roomyNodes = 300;
const roomyDepth = 5;
const maxItems = 1000;

/**
 * An instance of a JSON Schema (2020-12 and the common parts of the drafts before), always the same. Follows types, enums, bounds,
 * formats, simple patterns, references within the schema, recursion (bounded) and combinations; prefers `const`, `enum`, `default`
 * and `examples`. Not followed: `not`, `if`, `dependent…`, `propertyNames`, `patternProperties`; of joined `anyOf`s each takes its first. A schema that nothing finite satisfies gives its best
 * approximation.
 */
export function schemaInstance(schema: unknown): JsonValue {
  return new InstanceWriter(schema).instance(schema, 0, 0);
}

class InstanceWriter {
  readonly #root: unknown;
  #nodes = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  instance(from: unknown, depth: number, variant: number): JsonValue {
    if (depth > maxDepth || this.#nodes > maxNodes) return null;
    const roomy = depth < roomyDepth && this.#nodes < roomyNodes;
    const schema = this.#flat(from, roomy, variant, 0) ?? {};
    const types = typesOf(schema);
    if (schema.const !== undefined) return schema.const as JsonValue; // schemas come from JSON text
    if (Array.isArray(schema.enum) && schema.enum.length > 0) {
      const allowed = schema.enum.filter((value) => hasType(value, types));
      return (allowed[variant % Math.max(1, allowed.length)] ?? null) as JsonValue;
    }
    if (variant === 0) {
      const given = [schema.default, ...(Array.isArray(schema.examples) ? schema.examples : [])];
      const preferred = given.find((value) => value !== undefined && hasType(value, types));
      if (preferred !== undefined) return preferred as JsonValue;
    }
    switch (pickType(schema, types, roomy)) {
      case "object":
        return this.#object(schema, roomy, depth, variant);
      case "array":
        return this.#array(schema, roomy, depth, variant);
      case "integer":
        return numberInstance(schema, true, variant);
      case "number":
        return numberInstance(schema, false, variant);
      case "boolean":
        return variant % 2 === 0;
      case "null":
        return null;
      default:
        return stringInstance(schema, variant);
    }
  }

  /** The schema with references and combinations worked in; undefined when nothing satisfies it. */
  #flat(from: unknown, roomy: boolean, variant: number, depth: number): Schema | undefined {
    this.#nodes++;
    let schema = asSchema(from);
    if (schema === undefined || depth > maxDepth || this.#nodes > maxNodes) return schema;
    const { $ref, allOf, anyOf, oneOf, ...own } = schema;
    schema = own;
    const demand = (part: unknown) => {
      const flat = this.#flat(part, roomy, variant, depth + 1);
      schema = flat === undefined || schema === undefined ? undefined : mergeSchemas(schema, flat);
    };
    if (typeof $ref === "string") demand(this.#resolve($ref));
    if (Array.isArray(allOf)) for (const part of allOf) demand(part);
    for (const alternatives of [anyOf, oneOf]) {
      if (!Array.isArray(alternatives) || schema === undefined) continue;
      const base: Schema = alternatives === oneOf ? { ...schema, [lean]: true } : schema;
      schema = this.#firstFitting(base, alternatives, roomy, variant, depth);
    }
    return schema;
  }

  #firstFitting(
    base: Schema,
    alternatives: readonly unknown[],
    roomy: boolean,
    variant: number,
    depth: number,
  ): Schema | undefined {
    const ordered = roomy ? alternatives : alternatives.toSorted((a, b) => Number(isNested(a)) - Number(isNested(b)));
    for (let i = 0; i < ordered.length; i++) {
      const flat = this.#flat(ordered[(i + variant) % ordered.length], roomy, variant, depth + 1);
      const merged = flat === undefined ? undefined : mergeSchemas(base, flat);
      if (merged !== undefined) return merged;
    }
    return undefined;
  }

  /** What a reference within the schema (`#`, `#/…`) points to; anything else demands nothing. */
  #resolve(reference: string): unknown {
    if (!reference.startsWith("#")) return true;
    let target: unknown = this.#root;
    for (const part of reference.slice(1).split("/").slice(1)) {
      const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) return true;
      target = (target as Readonly<Record<string, unknown>>)[name];
    }
    return target;
  }

  #object(schema: Schema, roomy: boolean, depth: number, variant: number): JsonValue {
    const properties = isSchema(schema.properties) ? schema.properties : {};
    const others = schema.additionalProperties ?? true;
    const required = strings(schema.required);
    const optional = roomy && schema[lean] !== true ? Object.keys(properties).filter((name) => properties[name] !== false) : [];
    const names = new Set([
      ...required,
      ...optional.slice(0, Math.max(0, numberOr(schema.maxProperties, 1000) - required.length)),
    ]);
    const least = Math.min(numberOr(schema.minProperties, 0), maxItems);
    for (const name of Object.keys(properties)) if (names.size < least) names.add(name);
    for (let i = 1; others !== false && names.size < least; i++) names.add(`property${i}`);
    const member = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : others);
    return Object.fromEntries([...names].map((name) => [name, this.instance(member(name), depth + 1, variant)]));
  }

  #array(schema: Schema, roomy: boolean, depth: number, variant: number): JsonValue {
    const tuple = Array.isArray(schema.items) ? schema.items : schema.prefixItems;
    const first: readonly unknown[] = Array.isArray(tuple) ? tuple : [];
    const rest = Array.isArray(schema.items) ? (schema.additionalItems ?? true) : (schema.items ?? true);
    const contains = schema.contains;
    const wanted = roomy ? Math.max(first.length, rest === true || rest === false ? 0 : 1) : 0;
    const least = Math.max(
      numberOr(schema.minItems, 0),
      contains === undefined ? 0 : first.length + numberOr(schema.minContains, 1),
    );
    const most = Math.min(numberOr(schema.maxItems, maxItems), rest === false ? first.length : maxItems);
    const length = Math.min(Math.max(wanted, least), most);
    return Array.from({ length }, (_, i) => {
      const item = i < first.length ? first[i] : contains === undefined ? rest : { allOf: [rest, contains] };
      return this.instance(item, depth + 1, variant + (schema.uniqueItems === true ? i : 0));
    });
  }
}

/** Marks a schema of which only what is required may be there, lest a second alternative of a `oneOf` fits too. */
const lean = " lean";

const keywordTypes: readonly (readonly [string, RegExp])[] = [
  ["object", /^(properties|required|additionalProperties|patternProperties|minProperties)$/],
  ["array", /^(items|prefixItems|minItems|contains)$/],
  ["number", /^(minimum|maximum|exclusiveMinimum|exclusiveMaximum|multipleOf)$/],
];

/** The type to make: the first that is not null, or null when there is little room; guessed from the keywords when not given. */
function pickType(schema: Schema, types: readonly unknown[] | undefined, roomy: boolean): unknown {
  if (types !== undefined) return (!roomy && types.includes("null") ? "null" : types.find((type) => type !== "null")) ?? "null";
  const keywords = Object.keys(schema);
  return keywordTypes.find(([, pattern]) => keywords.some((keyword) => pattern.test(keyword)))?.[0] ?? "string";
}

function hasType(value: unknown, types: readonly unknown[] | undefined): boolean {
  if (types === undefined) return true;
  if (value === null) return types.includes("null");
  if (Array.isArray(value)) return types.includes("array");
  if (typeof value === "number") return types.includes("number") || (types.includes("integer") && Number.isInteger(value));
  return types.includes(typeof value);
}

/** Whether a schema may lead deeper: what is avoided when there is little room. */
function isNested(schema: unknown): boolean {
  if (!isSchema(schema)) return false;
  const types = typesOf(schema);
  if (types === undefined) return schema.const === undefined && schema.enum === undefined;
  return types.every((type) => type === "object" || type === "array");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 ? value : otherwise;
}
