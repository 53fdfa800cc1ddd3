import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";

/** Leaves the members that the contract does not model, each under its own name below `path`. */
export function leaveUnknown(path: string, unknownFieldsJson: string | undefined, left: LeftOutParams): void {
  if (unknownFieldsJson === undefined) return;
  const reader = new JsonReader(unknownFieldsJson);
  reader.object((key) => {
    reader.skip();
    left.leave(`${path}.${key}`);
  });
  reader.end();
}
