import { z } from "zod";
import { markdownTable } from "./markdown-table.ts";

/** What a JSON Schema says of one value, as far as the documentation shows it. */
export interface SchemaNode {
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: { readonly title?: string };
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly required?: readonly string[];
  readonly const?: unknown;
}

type Row = readonly [field: string, initial: string, meaning: string];

const header: Row = ["field", "default", "meaning"];

/** What a user may write, as a JSON Schema. */
export function writtenSchema(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: "input" }) as SchemaNode; // the parts of it that SchemaNode names
}

/** The fields of a map as a Markdown table: each with its path below `at`, its default (or `required`, or nothing), and what it means. */
export function fieldTable(node: SchemaNode, at = ""): string {
  const rows = fieldsOf(node, at);
  if (rows.length === 0) return "No options.";
  return markdownTable(header, rows);
}

/** Every field below a schema, in its order. Maps of the user's own names are `<name>`; kinds of a map have their own tables. */
function fieldsOf(node: SchemaNode, path: string): Row[] {
  const named = node.additionalProperties;
  if (typeof named === "object") {
    return named.oneOf === undefined ? fieldsOf(named, `${path}.<${node.propertyNames?.title ?? "name"}>`) : [];
  }
  return Object.entries(node.properties ?? {}).flatMap(([key, value]): Row[] => {
    if (value.const !== undefined) return []; // says which of several kinds it is
    const at = path === "" ? key : `${path}.${key}`;
    const inner = [value, mapOf(value)].flatMap((map) => (map === undefined ? [] : fieldsOf(map, at)));
    const items = value.items === undefined ? [] : fieldsOf(mapOf(value.items) ?? value.items, `${at}[]`);
    const below = [...inner, ...items];
    if (below.length > 0 && value.description === undefined) return below;
    return [[`\`${at}\``, initialOf(value, node.required?.includes(key) ?? false), meaningOf(value)], ...below];
  });
}

/** The map among the forms in which a value can be written. */
function mapOf({ anyOf }: SchemaNode): SchemaNode | undefined {
  return anyOf?.find(({ properties }) => properties !== undefined);
}

function initialOf(value: SchemaNode, required: boolean): string {
  if (value.default === undefined) return required ? "required" : "";
  return `\`${typeof value.default === "string" ? value.default : JSON.stringify(value.default).replaceAll(",", ", ")}\``;
}

function meaningOf({ description = "", ...value }: SchemaNode): string {
  const choices = value.enum ?? value.items?.enum;
  if (choices === undefined) return description;
  return `${description} ${value.enum === undefined ? "Any" : "One"} of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`;
}
