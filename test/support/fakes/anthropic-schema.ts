import { isObject, must } from "./anthropic-fault.ts";

const known = [
  ...["type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs"],
  ...["definitions", "description", "title", "default", "format", "minItems"],
];

/** Checks a schema that is compiled to a grammar (https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations). */
export function checkSchema(schema: unknown, path: string): void {
  must(isObject(schema), `${path}: Schema must be an object`);
  for (const keyword of Object.keys(schema)) must(known.includes(keyword), `${path}: property '${keyword}' is not supported`);
  const { type, properties, items, anyOf, allOf, minItems } = schema;
  must(
    type !== "object" || schema.additionalProperties === false,
    `${path}: For 'object' type, 'additionalProperties' must be explicitly set to false`,
  );
  must(
    minItems === undefined || minItems === 0 || minItems === 1,
    `${path}: 'minItems' values other than 0 or 1 are not supported`,
  );
  for (const [name, inner] of Object.entries(isObject(properties) ? properties : {})) checkSchema(inner, `${path}.${name}`);
  for (const inner of [...(Array.isArray(anyOf) ? anyOf : []), ...(Array.isArray(allOf) ? allOf : [])]) checkSchema(inner, path);
  if (items !== undefined) checkSchema(items, `${path}.items`);
}
