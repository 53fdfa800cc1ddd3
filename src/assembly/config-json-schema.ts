import { z } from "zod";
import { configSchema } from "../config/schema.ts";
import { middlewareByName } from "../middleware/index.ts";

/** What is used of JSON Schema. */
interface Node {
  type?: string | string[];
  default?: unknown;
  description?: string;
  enum?: unknown[];
  items?: Node;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  anyOf?: Node[];
  oneOf?: Node[];
  [keyword: string]: unknown;
}

/** A text that the environment fills in, so that it may stand for any value. */
const reference: Node = { type: "string", pattern: "\\$\\{" };
const ownFile = "^\\.{0,2}/";

/** What a configuration file may say, as a JSON Schema for editors: the configuration's own schema, and that of every middleware's options. */
export function configJsonSchema(): object {
  const schema = written(configSchema);
  const pipeline = schema.properties?.pipeline?.properties ?? {};
  pipeline.use = { ...pipeline.use, items: middlewareEntry() };
  for (const section of Object.values(schema.properties ?? {})) section.type = ["object", "null"]; // all of it commented out
  return { title: "Configuration of Sluice", ...schema };
}

function middlewareEntry(): Node {
  const options = [...middlewareByName].map(([name, built]) => [name, written(built.options)] as const);
  return {
    anyOf: [
      { enum: options.filter(([, { required }]) => required === undefined).map(([name]) => name) },
      { type: "string", pattern: ownFile },
      {
        type: "object",
        properties: Object.fromEntries(options.map(([name, { $schema: _, ...node }]) => [name, node])),
        patternProperties: { [ownFile]: {} },
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
      },
    ],
  };
}

/** What a user may write for a schema. */
function written(schema: z.ZodType): Node {
  const node = z.toJSONSchema(schema, { io: "input" }) as Node; // the parts of it that Node names
  admitReferences(node);
  return node;
}

/** Lets a reference to the environment stand for what is no text. */
function admitReferences(node: Node): void {
  const { default: _, description: __, ...kind } = node;
  if (node.enum !== undefined || ["boolean", "integer", "number"].includes(String(node.type))) {
    for (const keyword of Object.keys(kind)) delete node[keyword];
    node.anyOf = [kind, reference];
    return;
  }
  const { additionalProperties: named, items, properties = {}, anyOf = [], oneOf = [] } = node;
  for (const inner of [named, items, ...Object.values(properties), ...anyOf, ...oneOf]) {
    if (typeof inner === "object") admitReferences(inner);
  }
}
