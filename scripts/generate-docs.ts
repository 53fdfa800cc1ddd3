// Writes the tables of docs/configuration.md from the configuration's schema, each after the comment `<!-- fields: … -->` that says
// which. `--check` fails instead when they are not what the schema says.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configSchema } from "../src/config/schema.ts";
import { middlewareByName } from "../src/middleware/index.ts";
import { fieldTable, type SchemaNode, writtenSchema } from "./field-table.ts";

const page = join(dirname(import.meta.dirname), "docs/configuration.md");

/** Every table that there must be, by what its comment says. */
function tables(): ReadonlyMap<string, string> {
  const { properties = {} } = writtenSchema(configSchema);
  const { additionalProperties: provider } = properties.providers ?? {};
  const kinds: readonly SchemaNode[] = typeof provider === "object" ? (provider.oneOf ?? []) : [];
  return new Map([
    ...Object.entries(properties)
      .filter(([name]) => name !== "providers")
      .map(([name, node]) => [name, fieldTable(node, name)] as const),
    ...kinds.map((kind) => [`providers of type ${kind.properties?.type?.const}`, fieldTable(kind)] as const),
    ...[...middlewareByName].map(([name, { options }]) => [`middleware ${name}`, fieldTable(writtenSchema(options))] as const),
  ]);
}

function generated(text: string): string {
  const left = new Map(tables());
  const result = text.replace(
    /(<!-- fields: (.+) -->\n)(?:\n(?:\|.*\n)+|\nNo options\.\n)?/g,
    (_, comment: string, name: string) => {
      const table = left.get(name);
      if (table === undefined) throw new Error(`docs/configuration.md: there are no fields, or they are there already: ${name}`);
      left.delete(name);
      return `${comment}\n${table}\n`;
    },
  );
  if (left.size > 0)
    throw new Error(`docs/configuration.md: there is no comment \`<!-- fields: … -->\` for ${[...left.keys()].join(", ")}`);
  return result;
}

const before = readFileSync(page, "utf8");
const after = generated(before);
if (!process.argv.includes("--check")) writeFileSync(page, after);
else if (after !== before) {
  console.error("docs/configuration.md is not what the schema says; run `npm run generate` and commit");
  process.exitCode = 1;
}
