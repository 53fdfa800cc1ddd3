import { ConfigError } from "./config-error.ts";
import { formatPath } from "./field-path.ts";
import type { ConfigSource, Path } from "./source.ts";

const maxDepth = 50;

/**
 * Makes sure that what was written is a tree of a sane depth (an alias may lead back to what holds it) without a `__proto__` key.
 * @throws ConfigError
 */
export function checkTree(source: ConfigSource): void {
  walk(source.value, []);

  function walk(value: unknown, path: Path): void {
    if (path.length > maxDepth) refuse(path.slice(0, 1), "is nested too deeply, or holds itself");
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const part = Array.isArray(value) ? Number(key) : key;
      if (part === "__proto__") refuse([...path, part], "is not allowed as a key");
      walk(inner, [...path, part]);
    }
  }

  function refuse(path: Path, message: string): never {
    throw new ConfigError([{ source: source.name, ...source.position(path, true), field: formatPath(path), message }]);
  }
}
