import type { Path } from "./source.ts";

/** A field's path as people write it: `models.best.targets[0].provider`, `pipeline.use[1]["./my.ts"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
