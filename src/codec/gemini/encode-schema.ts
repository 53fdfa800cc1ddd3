import { exactObject } from "../json/json-object.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { takesJsonSchema } from "./model-generation.ts";
import { schemaSubset } from "./schema-subset.ts";

/** A JSON Schema of a request: exact text, or the same as a Struct. */
interface GivenSchema {
  readonly text: string | undefined;
  readonly twin: object | undefined;
}

/** A schema under the name of one of the two fields that Gemini has for it. */
export interface EncodedSchema {
  /** Whether it is JSON Schema as the client wrote it; else it is Gemini's own subset. */
  readonly isJsonSchema: boolean;
  readonly json: string;
}

/**
 * A JSON Schema as the model takes it; undefined when there is none.
 * @param path where it is in the request; what the subset does not have is left under it.
 */
export function encodeSchema(
  { text, twin }: GivenSchema,
  model: string,
  path: string,
  left: LeftOutParams,
): EncodedSchema | undefined {
  const given = text ?? (twin === undefined ? undefined : JSON.stringify(twin));
  if (given === undefined) return undefined;
  const json = exactObject.write(given);
  if (takesJsonSchema(model)) return { isJsonSchema: true, json };
  const parsed = JSON.parse(json) as Record<string, unknown>; // an object, as exactObject has checked
  return { isJsonSchema: false, json: JSON.stringify(schemaSubset(parsed, (keyword) => left.leave(`${path}.${keyword}`))) };
}
