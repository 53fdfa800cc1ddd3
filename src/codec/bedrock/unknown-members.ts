import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";

/**
 * Goes through the members of a part of a request that the contract does not model. Those in `taken` are read by it; the others are
 * left out by name.
 * @param at where the part is in the request, e.g. `messages[2]`.
 */
export function unknownMembers(
  json: string | undefined,
  at: string,
  left: LeftOutParams,
  taken: Readonly<Record<string, (reader: JsonReader) => void>> = {},
): void {
  if (json === undefined) return;
  readingRequest(() => {
    const reader = new JsonReader(json);
    reader.object((key) => {
      const take = Object.hasOwn(taken, key) ? taken[key] : undefined;
      if (take !== undefined) take(reader);
      else {
        reader.skip();
        left.leave(`${at}.${key}`);
      }
    });
    reader.end();
  });
}
