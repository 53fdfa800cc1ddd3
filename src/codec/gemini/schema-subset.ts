/** JSON, parsed. */
type Json = Readonly<Record<string, unknown>>;

/** Members of Gemini's Schema that mean what they mean in JSON Schema (https://ai.google.dev/api/caching#Schema). */
const taken: ReadonlySet<string> = new Set([
  "title",
  "description",
  "format",
  "default",
  "example",
  "nullable",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
  "minimum",
  "maximum",
  "pattern",
  "required",
  "propertyOrdering",
]);

/** Members that say nothing of instances. */
const meaningless: ReadonlySet<string> = new Set(["$schema", "$id", "$defs", "definitions", "$comment", "examples"]);

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A JSON Schema in the subset of OpenAPI 3.0 that models before Gemini 2.5 take: references are put in where they stand, a type of
 * several becomes `anyOf`, `null` becomes `nullable`, `const` an `enum`.
 * @param lost told the name of each keyword that the subset does not have.
 */
export function schemaSubset(schema: Json, lost: (keyword: string) => void): Json {
  return new Subset(schema, lost).of(schema, []);
}

/** References can multiply a schema: this many schemas are made of one at the most. */
const mostSchemas = 5000;

class Subset {
  readonly #root: Json;
  #made = 0;
  readonly #lost: (keyword: string) => void;

  constructor(root: Json, lost: (keyword: string) => void) {
    this.#root = root;
    this.#lost = lost;
  }

  /** `inside`: the references that this place is in. */
  of(value: unknown, inside: readonly string[]): Json {
    if (!isObject(value)) {
      if (value !== true) this.#lost("false");
      return {};
    }
    this.#made++;
    const subset: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (taken.has(key)) subset[key] = member;
      else if (!meaningless.has(key)) this.#add(subset, key, member, inside);
    }
    return subset;
  }

  #add(subset: Record<string, unknown>, key: string, member: unknown, inside: readonly string[]): void {
    switch (key) {
      case "type":
        this.#type(subset, member);
        break;
      case "properties":
        if (!isObject(member)) return;
        subset[key] = Object.fromEntries(Object.entries(member).map(([name, value]) => [name, this.of(value, inside)]));
        break;
      case "items":
        subset[key] = this.of(member, inside);
        break;
      case "anyOf":
      case "oneOf":
        if (Array.isArray(member)) this.#anyOf(subset, member, inside);
        break;
      case "allOf":
        if (Array.isArray(member) && member.length === 1) Object.assign(subset, this.of(member[0], inside));
        else this.#lost(key);
        break;
      case "const":
      case "enum":
        this.#enum(subset, key, key === "const" ? [member] : member);
        break;
      case "$ref":
        this.#reference(subset, member, inside);
        break;
      default:
        this.#lost(key);
    }
  }

  #type(subset: Record<string, unknown>, type: unknown): void {
    const all: readonly unknown[] = Array.isArray(type) ? type : [type];
    const names = all.filter((name) => name !== "null").map((name) => String(name).toUpperCase());
    if (names.length < all.length) subset.nullable = true;
    if (names.length === 1) subset.type = names[0];
    else if (names.length > 1) subset.anyOf = names.map((name) => ({ type: name }));
  }

  #anyOf(subset: Record<string, unknown>, schemas: readonly unknown[], inside: readonly string[]): void {
    const some = schemas.filter((schema) => !(isObject(schema) && schema.type === "null"));
    if (some.length < schemas.length) subset.nullable = true;
    const [only] = some;
    if (some.length === 1) Object.assign(subset, this.of(only, inside));
    else subset.anyOf = some.map((schema) => this.of(schema, inside));
  }

  /** Enumerations are of strings only. */
  #enum(subset: Record<string, unknown>, key: string, values: unknown): void {
    if (!Array.isArray(values)) return;
    const words = values.filter((value) => typeof value === "string");
    if (values.includes(null)) subset.nullable = true;
    if (words.length === 0 || values.some((value) => value !== null && typeof value !== "string")) this.#lost(key);
    else Object.assign(subset, { type: "STRING", enum: words });
  }

  #reference(subset: Record<string, unknown>, reference: unknown, inside: readonly string[]): void {
    const target = typeof reference === "string" && !inside.includes(reference) ? this.#target(reference) : undefined;
    const tooMany = inside.length > 32 || this.#made > mostSchemas;
    if (target === undefined || tooMany)
      this.#lost("$ref"); // unknown, or one that holds itself
    else Object.assign(subset, this.of(target, [...inside, String(reference)]));
  }

  /** What a JSON pointer of this schema's own points at (RFC 6901). */
  #target(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    let target: unknown = this.#root;
    for (const step of reference.slice(1).split("/").slice(1)) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (!isObject(target) || !Object.hasOwn(target, key)) return undefined;
      target = target[key];
    }
    return target;
  }
}
