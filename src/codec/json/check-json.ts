import { JsonReader } from "./json-reader.ts";

/**
 * Goes through a text that has to be JSON: strictly so, no deeper than 64, no key twice in one object or called
 * `__proto__`. Throws JsonProblem.
 */
export function checkJson(text: string): void {
  const reader = new JsonReader(text);
  checkValue(reader);
  reader.end();
}

function checkValue(reader: JsonReader): void {
  const kind = reader.kind();
  if (kind === "array") reader.array(() => checkValue(reader));
  else if (kind === "object") {
    const seen = new Set<string>();
    reader.object((key) => {
      if (key === "__proto__") reader.fail("this key is not allowed");
      if (seen.has(key)) reader.fail("this key comes twice");
      seen.add(key);
      checkValue(reader);
    });
  } else reader.skip();
}
