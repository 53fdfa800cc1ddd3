import { z } from "zod";
import type { Path } from "./source.ts";

/** A schema without its defaults and transformations: what a user may write. */
function written(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return written(schema.unwrap());
  return schema instanceof z.ZodPipe ? written(schema.in) : schema;
}

/** The keys that may stand at a path, for a "did you mean". The value there decides between alternatives. */
export function keysAt(schema: unknown, path: Path, value: unknown): readonly string[] {
  const here = written(schema);
  if (here instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = here.def;
    const chosen = here.options.filter((option) => matches(option, discriminator, value));
    return (chosen.length > 0 ? chosen : here.options).flatMap((option) => keysAt(option, path, value));
  }
  const [part, ...rest] = path;
  if (part === undefined) return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
  const inner = typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined;
  if (here instanceof z.ZodObject) return keysAt(here.shape[part], rest, inner);
  if (here instanceof z.ZodRecord) return keysAt(here.valueType, rest, inner);
  return here instanceof z.ZodArray ? keysAt(here.element, rest, inner) : [];
}

function matches(option: unknown, discriminator: string, value: unknown): boolean {
  const shape = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
  return (
    shape instanceof z.ZodLiteral &&
    typeof value === "object" &&
    value !== null &&
    shape.values.has(Reflect.get(value, discriminator))
  );
}
