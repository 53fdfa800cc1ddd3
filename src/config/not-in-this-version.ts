import type { Path } from "./source.ts";

/** Fields that are planned and refused until they work; `*` stands for any name or index. */
const fields: readonly (readonly string[])[] = [
  "auth",
  "rateLimit",
  "stores",
  "models.*.fallbacks",
  "models.*.strategy",
  "models.*.targets.*.weight",
  "models.*.timeouts",
  "server.auth",
].map((path) => path.split("."));

/** Middleware that is planned, by its name. */
export const laterMiddleware: ReadonlySet<string> = new Set(["auth", "budget", "cache", "rateLimit"]);

/** Whether a field is planned but does not work yet. */
export function isPlannedField(path: Path): boolean {
  return fields.some((field) => field.length === path.length && field.every((part, i) => part === "*" || part === path[i]));
}

/** What is said of all of them. */
export const notInThisVersion = "is not in this version";
