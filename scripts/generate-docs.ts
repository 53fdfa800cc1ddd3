// Writes the tables of docs/configuration.md from the configuration's schema, and those of docs/providers.md from the vendors and the
// golden requests, each after the comment `<!-- fields: … -->` or `<!-- table: … -->` that says which. `--check` fails instead when
// they are not what the code says.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { configSchema } from "../src/config/schema.ts";
import { middlewareByName } from "../src/middleware/index.ts";
import { fieldTable, type SchemaNode, writtenSchema } from "./field-table.ts";
import { addressTable, dialectTable, featureTable, operationTable } from "./provider-tables.ts";

/** Every table that there must be in docs/configuration.md, by what its comment says. */
function fieldTables(): ReadonlyMap<string, string> {
  const { properties = {} } = writtenSchema(configSchema);
  const { additionalProperties: provider } = properties.providers ?? {};
  const kinds: readonly SchemaNode[] = typeof provider === "object" ? (provider.oneOf ?? []) : [];
  const asked = kinds.filter((kind) => typeOf(kind) !== "demo");
  const shared = Object.entries(asked[0]?.properties ?? {}).filter(([name, node]) =>
    asked.every((kind) => isDeepStrictEqual(kind.properties?.[name], node)),
  );
  const ownFields = (kind: SchemaNode): SchemaNode => {
    if (!asked.includes(kind)) return kind;
    const own = Object.entries(kind.properties ?? {}).filter(([name]) => !shared.some(([other]) => other === name));
    return { ...kind, properties: Object.fromEntries(own) };
  };
  return new Map([
    ["fields: every provider that is asked over HTTP", fieldTable({ properties: Object.fromEntries(shared) })],
    ...Object.entries(properties)
      .filter(([name]) => name !== "providers")
      .map(([name, node]) => [`fields: ${name}`, fieldTable(node, name)] as const),
    ...kinds.map((kind) => [`fields: providers of type ${typeOf(kind)}`, fieldTable(ownFields(kind))] as const),
    ...[...middlewareByName].map(
      ([name, { options }]) => [`fields: middleware ${name}`, fieldTable(writtenSchema(options))] as const,
    ),
  ]);
}

/** The type of a kind of provider; of a kind with several the first. */
function typeOf({ properties }: SchemaNode): string {
  const { const: only, enum: several = [] } = properties?.type ?? {};
  return typeof only === "string" ? only : `${several[0]} and others`;
}

const pages: readonly (readonly [page: string, tables: () => ReadonlyMap<string, string>])[] = [
  ["docs/configuration.md", fieldTables],
  [
    "docs/providers.md",
    () =>
      new Map([
        ["table: features", featureTable()],
        ["table: operations", operationTable()],
        ["table: addresses", addressTable()],
        ["table: dialects", dialectTable()],
      ]),
  ],
];

function generated(page: string, text: string, tables: ReadonlyMap<string, string>): string {
  const left = new Map(tables);
  const result = text.replace(
    /(<!-- ((?:fields|table): .+) -->\n)(?:\n(?:\|.*\n)+|\nNo options\.\n)?/g,
    (_, comment: string, name: string) => {
      const table = left.get(name);
      if (table === undefined) throw new Error(`${page}: there is no such table, or it is there already: ${name}`);
      left.delete(name);
      return `${comment}\n${table}\n`;
    },
  );
  if (left.size > 0) throw new Error(`${page}: there is no comment \`<!-- … -->\` for ${[...left.keys()].join(", ")}`);
  return result;
}

for (const [page, tables] of pages) {
  const file = join(dirname(import.meta.dirname), page);
  const before = readFileSync(file, "utf8");
  const after = generated(page, before, tables());
  if (!process.argv.includes("--check")) writeFileSync(file, after);
  else if (after !== before) {
    console.error(`${page} is not what the code says; run \`npm run generate\` and commit`);
    process.exitCode = 1;
  }
}
