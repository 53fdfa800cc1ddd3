import { z } from "zod";

/** What a JSON Schema says of one value, as far as the documentation shows it. */
interface Node {
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly oneOf?: readonly Node[];
  readonly required?: readonly string[];
  readonly const?: unknown;
}

/** A field as a row of a table: its path, its default (or `required`, or nothing), what it means and may be. */
export type FieldRow = readonly [field: string, initial: string, meaning: string];

/** What a user may write, as a JSON Schema. */
export function writtenSchema(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, { io: "input" }) as Node; // the parts of it that Node names
}

/** Every field below a schema, in its order. Maps of the user's own names are `<name>`; alternatives are left to the caller. */
export function fieldRows(node: Node, path = ""): FieldRow[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]): FieldRow[] => {
    if (value.const !== undefined) return []; // says which of several kinds it is
    const at = path === "" ? key : `${path}.${key}`;
    if (value.properties !== undefined) return fieldRows(value, at);
    if (value.items?.properties !== undefined) return fieldRows(value.items, `${at}[]`);
    const named = value.additionalProperties;
    if (typeof named === "object") return named.oneOf === undefined ? fieldRows(named, `${at}.<name>`) : [];
    return [[`\`${at}\``, initialOf(value, node.required?.includes(key) ?? false), meaningOf(value)]];
  });
}

function initialOf(value: Node, required: boolean): string {
  if (value.default === undefined) return required ? "required" : "";
  return `\`${typeof value.default === "string" ? value.default : JSON.stringify(value.default).replaceAll(",", ", ")}\``;
}

function meaningOf({ description = "", ...value }: Node): string {
  const choices = value.enum ?? value.items?.enum;
  if (choices === undefined) return description;
  return `${description} ${value.enum === undefined ? "Any" : "One"} of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`;
}
