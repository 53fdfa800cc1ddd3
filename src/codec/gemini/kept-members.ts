import { JsonReader } from "../json/json-reader.ts";
import { compactJson } from "./compact-json.ts";

/**
 * Members of a reply that the contract does not model, with some that it models only in part, as JSON text of one object in which no key
 * comes twice; undefined when there are none.
 * @param unknownFieldsJson JSON text of an object.
 * @param more members to add: JSON text by name.
 */
export function keptMembers(
  unknownFieldsJson: string | undefined,
  more: Readonly<Record<string, string | undefined>> = {},
): string | undefined {
  let text = unknownFieldsJson === undefined ? "" : compactJson(unknownFieldsJson).slice(1, -1);
  for (const [name, json] of Object.entries(more)) {
    if (json !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${json}`;
  }
  if (text === "") return undefined;
  const object = `{${text}}`;
  return hasTwice(object) ? JSON.stringify(JSON.parse(object)) : object;
}

function hasTwice(object: string): boolean {
  const seen = new Set<string>();
  let twice = false;
  const reader = new JsonReader(object);
  reader.object((key) => {
    if (seen.has(key)) twice = true;
    seen.add(key);
    reader.skip();
  });
  return twice;
}
