import type { z } from "zod";
import { closestName } from "../chat/closest-name.ts";
import type { ConfigProblem } from "./config-error.ts";
import { isUntyped, type Layers, memberAt, problemAt } from "./layers.ts";
import { isPlannedField, notInThisVersion } from "./not-in-this-version.ts";
import { schemaSentence } from "./schema-sentence.ts";
import { keysAt } from "./schema-shape.ts";
import type { Path } from "./source.ts";

/**
 * Checks a value, which stands `at` a path of the configuration, against a schema, with the place of everything that is wrong.
 * Changes texts from outside in `value` to what they stand for.
 */
export function readSchema<S extends z.ZodType>(
  schema: S,
  value: unknown,
  layers: Layers,
  at: Path = [],
): { readonly config: z.output<S> } | { readonly problems: readonly ConfigProblem[] } {
  let result = schema.safeParse(value, { error: schemaSentence });
  if (result.error?.issues.filter((issue) => retype(issue, value, layers, at)).length)
    result = schema.safeParse(value, { error: schemaSentence });
  if (result.success) return { config: result.data };
  const problems = result.error.issues.flatMap((issue) => {
    const path = namesOf(issue);
    if (issue.code !== "unrecognized_keys")
      return [problemAt(layers, [...at, ...path], issue.message, issue.code === "invalid_key")];
    const known = keysAt(schema, path, value);
    return issue.keys.map((key) => {
      const whole = [...at, ...path, key];
      return problemAt(layers, whole, isPlannedField(whole) ? notInThisVersion : unknownKey(key, known), true);
    });
  });
  return { problems };
}

function retype(issue: z.core.$ZodIssue, value: unknown, layers: Layers, at: Path): boolean {
  const path = namesOf(issue);
  const text = memberAt(value, path);
  const last = path.at(-1);
  if (issue.code !== "invalid_type" || typeof text !== "string" || last === undefined) return false;
  if (!isUntyped(layers, [...at, ...path])) return false;
  const typed = typedValue(text.trim(), issue.expected);
  const parent = memberAt(value, path.slice(0, -1));
  return typed !== undefined && typeof parent === "object" && parent !== null && Reflect.set(parent, last, typed);
}

function typedValue(text: string, expected: string): number | boolean | undefined {
  if (expected === "boolean" && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const isNumber = (expected === "number" || expected === "int") && /^[-+]?\d{1,30}(?:\.\d{1,30})?$/.test(text);
  return isNumber ? Number(text) : undefined;
}

function namesOf({ path }: z.core.$ZodIssue): Path {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = closestName(key, known);
  return `is not a known key${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`;
}
