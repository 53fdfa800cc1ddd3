/** A JSON Schema that is an object: keyword to value, nothing checked. */
export type Schema = Readonly<Record<string, unknown>>;

/** A value as a schema: `true` and what is no schema at all demand nothing; undefined: nothing can satisfy it. */
export function asSchema(value: unknown): Schema | undefined {
  if (value === false) return undefined;
  return isSchema(value) ? value : {};
}

/** Whether a value is an object that can be read as keywords. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The types a schema allows, when it says. */
export function typesOf(schema: Schema): readonly unknown[] | undefined {
  const { type } = schema;
  return type === undefined ? undefined : Array.isArray(type) ? type : [type];
}

/** One schema that demands what both do, as far as keywords can be joined; undefined when their types exclude each other. */
export function mergeSchemas(a: Schema, b: Schema): Schema | undefined {
  const merged = new Map(Object.entries(a));
  for (const [keyword, value] of Object.entries(b)) {
    merged.set(keyword, Object.hasOwn(a, keyword) ? join(keyword, a[keyword], value, merged) : value);
  }
  const types = merged.get("type");
  if (Array.isArray(types) && types.length === 0) return undefined;
  return Object.fromEntries(merged);
}

function join(keyword: string, a: unknown, b: unknown, merged: Map<string, unknown>): unknown {
  switch (keyword) {
    case "type":
      return shared(a, b);
    case "required":
      return [...new Set([...list(a), ...list(b)])];
    case "enum":
      return list(a).filter((value) => list(b).some((other) => JSON.stringify(other) === JSON.stringify(value)));
    case "properties":
    case "patternProperties":
    case "$defs":
      return joinMaps(a, b);
    case "items":
    case "contains":
    case "additionalProperties":
      return a === false || b === false ? false : { allOf: [a, b] };
    case "minimum":
    case "exclusiveMinimum":
    case "minLength":
    case "minItems":
    case "minProperties":
      return typeof a === "number" && typeof b === "number" ? Math.max(a, b) : a;
    case "maximum":
    case "exclusiveMaximum":
    case "maxLength":
    case "maxItems":
    case "maxProperties":
      return typeof a === "number" && typeof b === "number" ? Math.min(a, b) : a;
    case "anyOf":
    case "oneOf":
      merged.set("allOf", [...list(merged.get("allOf")), { [keyword]: b }]);
      return a;
    case "allOf":
      return [...list(merged.get("allOf")), ...list(b)];
    default:
      return a;
  }
}

function shared(a: unknown, b: unknown): unknown[] {
  const other = typesOf({ type: b }) ?? [];
  return (typesOf({ type: a }) ?? []).flatMap((type) => {
    if (other.includes(type)) return [type];
    const whole = (type === "integer" && other.includes("number")) || (type === "number" && other.includes("integer"));
    return whole ? ["integer"] : [];
  });
}

function joinMaps(a: unknown, b: unknown): unknown {
  if (!isSchema(a) || !isSchema(b)) return a;
  const joined = new Map(Object.entries(a));
  for (const [name, schema] of Object.entries(b))
    joined.set(name, joined.has(name) ? { allOf: [joined.get(name), schema] } : schema);
  return Object.fromEntries(joined);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
