import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closestName } from "../chat/closest-name.ts";
import { ownPackage } from "../own-package.ts";
import { exitCodes } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

const folder = join(ownPackage.folder, "examples/config");

/** `sluice init`: writes a starter configuration, and overwrites nothing. */
export async function init(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { config: { type: "string", default: "sluice.yaml" } },
  });
  const [name = "starter", ...more] = positionals;
  if (more.length > 0) throw new UsageError("name one starter configuration: sluice init [NAME]");
  const text = await starter(name);
  await writeFile(values.config, text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw new UsageError(`${values.config} is there already; --config names another file`);
    throw error;
  });
  process.stderr.write(`wrote ${values.config}; sluice check says what it resolves to, sluice serve runs it\n`);
  return exitCodes.good;
}

async function starter(name: string): Promise<string> {
  const names = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).map((file) => file.replace(/\.yaml$/, ""));
  if (names.includes(name)) return readFile(join(folder, `${name}.yaml`), "utf8");
  const meant = closestName(name, names);
  const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  throw new UsageError(`there is no starter configuration ${name}; ${hint}`);
}
