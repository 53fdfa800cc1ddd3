import { parseArgs } from "node:util";
import { configJsonSchema } from "../assembly/config-json-schema.ts";
import { exitCodes } from "./exit-codes.ts";

/** `sluice schema`: prints the configuration's JSON Schema, for editors. */
export async function schema(args: readonly string[]): Promise<number> {
  parseArgs({ args: [...args] });
  process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return exitCodes.good;
}
