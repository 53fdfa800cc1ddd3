import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema.ts";

/** Fields of `server` that a running gateway takes over from a new configuration. */
const live: ReadonlySet<string> = new Set(["allowedHosts", "cors", "drainDelay", "drainTimeout"]);

/** The fields that differ between two configurations and that a running gateway cannot change. */
export function fixedFields(before: Config, after: Config): readonly string[] {
  const fields = Object.keys(before.server) as (keyof Config["server"])[];
  const server = fields.filter((field) => !live.has(field) && !isDeepStrictEqual(before.server[field], after.server[field]));
  return [...server.map((field) => `server.${field}`), ...(before.log.level === after.log.level ? [] : ["log.level"])];
}
