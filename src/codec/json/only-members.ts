import { JsonReader } from "./json-reader.ts";

/**
 * The text of a JSON object with only the members of these names, their text exactly as it was.
 * @throws JsonProblem when the text is no JSON object.
 */
export function onlyMembers(json: string, names: ReadonlySet<string>): string {
  const kept: string[] = [];
  const reader = new JsonReader(json);
  reader.object((key, keyStart) => {
    reader.skip();
    if (names.has(key)) kept.push(reader.since(keyStart));
  });
  reader.end();
  return `{${kept.join(",")}}`;
}
