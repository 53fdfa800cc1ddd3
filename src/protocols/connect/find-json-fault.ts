import { type DescField, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { closestName } from "../../chat/closest-name.ts";
import type { FieldViolation } from "../../chat/error.ts";

const longestName = 100;

/**
 * Finds the place that makes a JSON value no message of a type, for a value that could not be decoded: an unknown field, with the
 * known one it is probably a slip of, or a field whose value does not fit. Undefined: nothing is wrong with any one field.
 */
export function findJsonFault(desc: DescMessage, json: JsonValue, path = ""): FieldViolation | undefined {
  if (!isObject(json)) return { field: path, description: `expected an object: ${desc.name}` };
  const given = new Map<object, string>();
  for (const [key, value] of Object.entries(json)) {
    const field = desc.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (field === undefined) return unknownField(desc, key, path);
    const at = path === "" ? field.name : `${path}.${field.name}`;
    if (!isValid(desc, { [key]: value }))
      return findInside(field, value, at) ?? { field: at, description: `expected ${typeOf(field)}` };
    const place = field.oneof ?? field; // a field may come under either of its names, a oneof with any of its fields
    const other = given.get(place);
    if (other !== undefined) return { field: at, description: `cannot stand beside ${other}` };
    if (value !== null) given.set(place, key);
  }
  return undefined;
}

function unknownField(desc: DescMessage, key: string, path: string): FieldViolation {
  const meant = closestName(
    key,
    desc.fields.map(({ name }) => name),
  );
  const name = key.slice(0, longestName);
  const field = path === "" ? name : `${path}.${name}`;
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return { field, description: `${desc.name} has no such field${hint}` };
}

/** The place inside a field's value that is at fault, if it can be told. */
function findInside(field: DescField, value: JsonValue, path: string): FieldViolation | undefined {
  const { message } = field;
  const inner = message?.typeName.startsWith("google.protobuf.") ? undefined : message;
  const item = itemAtFault(field, value);
  if (item === undefined) return field.fieldKind === "message" && inner ? findJsonFault(inner, value, path) : undefined;
  const at = path + item.step;
  return (inner && findJsonFault(inner, item.value, at)) ?? { field: at, description: `expected ${itemTypeOf(field)}` };
}

/** The first item of a list or map that does not fit. */
function itemAtFault(field: DescField, value: JsonValue): { readonly step: string; readonly value: JsonValue } | undefined {
  const { fieldKind, name, parent } = field;
  if (fieldKind === "list" && Array.isArray(value)) {
    const index = value.findIndex((item) => !isValid(parent, { [name]: [item] }));
    return index < 0 ? undefined : { step: `[${index}]`, value: value[index] as JsonValue }; // found above
  }
  if (fieldKind === "map" && isObject(value)) {
    const found = Object.entries(value).find(([key, item]) => !isValid(parent, { [name]: { [key]: item } }));
    return found && { step: `.${found[0]}`, value: found[1] };
  }
  return undefined;
}

function isValid(desc: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(desc, json);
    return true;
  } catch {
    return false;
  }
}

function typeOf(field: DescField): string {
  const { fieldKind } = field;
  if (fieldKind === "list") return "an array of valid items";
  return fieldKind === "map" ? "an object of valid values" : itemTypeOf(field);
}

function itemTypeOf(field: DescField): string {
  if (field.enum) return `one of ${field.enum.values.map(({ name }) => name).join(", ")}`;
  return `a valid ${field.message?.name ?? scalarNames[field.scalar ?? 0] ?? "value"}`;
}

/** The scalar types by ScalarType, as .proto files write them. */
const scalarNames: Readonly<Record<number, string>> = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  6: "fixed64",
  7: "fixed32",
  8: "bool",
  9: "string",
  12: "base64 text",
  13: "uint32",
  15: "sfixed32",
  16: "sfixed64",
  17: "sint32",
  18: "sint64",
};

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
