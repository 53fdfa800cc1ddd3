import type { ConfigProblem } from "./config-error.ts";
import type { EnvOverride } from "./env-overrides.ts";
import { formatPath } from "./field-path.ts";
import type { ConfigSource, Path } from "./source.ts";

/** Everything a configuration is made of, the weakest first, and where each field of it was written. */
export interface Layers {
  readonly sources: readonly ConfigSource[];
  /** Single fields from outside: environment variables, then command line options. */
  readonly overrides: readonly EnvOverride[];
}

/** Says what is wrong with a field, and where it, or with `key` its key, was written; one that is not there is placed at what is around it. */
export function problemAt({ sources, overrides }: Layers, path: Path, message: string, key = false): ConfigProblem {
  const field = formatPath(path);
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const override = overrides.findLast((one) => one.path.every((name, index) => name === part[index]));
    if (override !== undefined) return { source: override.variable, field, message };
    const source = sources.findLast((one) => memberAt(one.value, part) !== undefined);
    const atKey = (key || length < path.length) && typeof part.at(-1) === "string";
    if (source !== undefined) return { source: source.name, ...source.position(part, atKey), field, message };
  }
  const [first] = sources;
  return first === undefined
    ? { source: "configuration", field, message }
    : { source: first.name, line: 1, column: 1, field, message };
}

/** Whether a field's value is text from outside a file, so that the schema decides whether it is a number. */
export function isUntyped({ sources, overrides }: Layers, path: Path): boolean {
  if (overrides.some((one) => formatPath(one.path) === formatPath(path.slice(0, one.path.length)))) return true;
  const written = sources.map((source) => memberAt(source.value, path)).findLast((value) => value !== undefined);
  return typeof written === "string" && written.includes("${");
}

/** The value at a path; undefined when there is none. Only own members count. */
export function memberAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
    value,
  );
}

/** Puts one value over another: maps are merged, anything else replaces what is below. */
export function mergeValues(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above ?? below;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeValues(memberAt(below, [key]), memberAt(above, [key]))]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
