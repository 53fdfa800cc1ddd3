import { exactObject, flag, JsonObject, list, member, text } from "../json/json-object.ts";

/** A function call, whole or a piece of one (https://ai.google.dev/api/caching#FunctionCall; pieces: Vertex AI only). */
export interface FunctionCallPiece {
  id?: string;
  name?: string;
  /** Exact JSON text of an object. */
  args?: string;
  partialArgs?: PartialArgument[];
  /** Whether more pieces of this call follow. */
  willContinue?: boolean;
}

/** A piece of an argument's value, or the whole of it. */
export interface PartialArgument {
  /** Where the value is among the arguments, e.g. `$.recipe.steps[0]` (RFC 9535). */
  jsonPath: string;
  /** A piece of a string. */
  text?: string;
  /** JSON text of a number, true, false or null. */
  scalar?: string;
  /** Whether more pieces of this string follow. */
  willContinue?: boolean;
}

const scalar = (key: string) => ({
  key,
  read(reader: { raw(): string }, into: PartialArgument) {
    into.scalar = reader.raw();
  },
  write: () => undefined,
});

const partialArgument = new JsonObject<PartialArgument>(
  () => ({ jsonPath: "" }),
  [
    member("jsonPath", "jsonPath", text),
    member("stringValue", "text", text),
    scalar("numberValue"),
    scalar("boolValue"),
    {
      key: "nullValue",
      read(reader, into) {
        reader.skip();
        into.scalar = "null";
      },
      write: () => undefined,
    },
    member("willContinue", "willContinue", flag),
  ],
  "drop",
);

/** A function call of a reply. */
export const functionCallJson = new JsonObject<FunctionCallPiece>(
  () => ({}),
  [
    member("id", "id", text),
    member("name", "name", text),
    member("args", "args", exactObject),
    member("partialArgs", "partialArgs", list(partialArgument)),
    member("willContinue", "willContinue", flag),
  ],
  "drop",
);
