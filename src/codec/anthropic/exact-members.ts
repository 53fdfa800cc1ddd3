import { JsonReader } from "../json/json-reader.ts";

/**
 * The members of a JSON object, each with its exact text; of a key that comes twice the last.
 * @throws JsonProblem when the text is no JSON object.
 */
export function exactMembers(json: string): Map<string, string> {
  const members = new Map<string, string>();
  const reader = new JsonReader(json);
  reader.object((key) => members.set(key, reader.raw()));
  reader.end();
  return members;
}

/** The items of a JSON array, each with its exact text. @throws JsonProblem when the text is no JSON array. */
export function exactItems(json: string): string[] {
  const items: string[] = [];
  const reader = new JsonReader(json);
  reader.array(() => items.push(reader.raw()));
  reader.end();
  return items;
}

/** A JSON object of members that are JSON text already; of none: undefined. */
export function objectOf(members: ReadonlyMap<string, string>): string | undefined {
  if (members.size === 0) return undefined;
  return `{${[...members].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}
