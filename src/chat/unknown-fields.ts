/** A message with room for fields that the contract does not model: exact JSON text of one object. */
interface WithUnknownFields {
  unknownFieldsJson?: string | undefined;
}

/** Adds a piece's unknown fields to a sum's; the piece's win. The exact text stays while there is only one. */
export function mergeUnknown(sum: WithUnknownFields, piece: WithUnknownFields): void {
  const added = piece.unknownFieldsJson;
  if (added === undefined) return;
  const before = sum.unknownFieldsJson;
  sum.unknownFieldsJson =
    before === undefined || before === added ? added : JSON.stringify({ ...parse(before), ...parse(added) });
}

function parse(text: string): object {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? value : {};
}
