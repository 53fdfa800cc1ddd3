import { exactMembers, objectOf } from "./exact-members.ts";
import { customInput } from "./reserved-names.ts";

const modelled: ReadonlySet<string> = new Set(["type", "id", "name", "input"]);

/** What a `tool_use` block has beside a call's own fields, as a JSON object; that the model itself calls says nothing. */
export function extraOfToolUse(members: ReadonlyMap<string, string>): string | undefined {
  const rest = [...members].filter(([name, json]) => !modelled.has(name) && json !== "null" && !isDirect(name, json));
  return objectOf(new Map(rest));
}

const isDirect = (name: string, json: string): boolean =>
  name === "caller" && json.startsWith("{") && exactMembers(json).get("type") === '"direct"';

/** The text that a custom tool is called with; where the model has not kept to the schema, its input's JSON text. */
export function inputOfCustomTool(input: string): string {
  try {
    const value: unknown = JSON.parse(exactMembers(input).get(customInput) ?? "null");
    return typeof value === "string" ? value : input;
  } catch {
    return input;
  }
}
