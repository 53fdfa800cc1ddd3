import type { JsonReader } from "../json/json-reader.ts";

/** An object's members in their order: names, and values as exact text. */
export function membersOf(reader: JsonReader): Map<string, string> {
  const members = new Map<string, string>();
  reader.object((name) => members.set(name, reader.raw()));
  return members;
}

/** Members as they stand between the braces of an object. */
export function membersText(members: ReadonlyMap<string, string>): string {
  return Array.from(members, ([name, value]) => `${JSON.stringify(name)}:${value}`).join(",");
}
