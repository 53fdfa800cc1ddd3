import type { LeftOutParams } from "../left-out-params.ts";
import { exactMembers } from "./exact-members.ts";

/** What a block may have beside what the request's own fields say. */
const mark: ReadonlySet<string> = new Set(["cache_control"]);

/**
 * Of the fields that the contract does not model, those that the vendor takes in this place, as JSON members with a comma before each;
 * the rest is left out. `cache_control` marks the end of a prefix to cache
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 * @param path where the fields stand, for what is left out.
 */
export function extraMembers(
  unknownFieldsJson: string | undefined,
  path: string,
  left: LeftOutParams,
  taken: ReadonlySet<string> = mark,
): string {
  if (unknownFieldsJson === undefined) return "";
  let members = "";
  for (const [name, json] of exactMembers(unknownFieldsJson)) {
    if (taken.has(name)) members += `,${JSON.stringify(name)}:${json}`;
    else left.leave(`${path}.${name}`);
  }
  return members;
}
