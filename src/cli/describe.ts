import { parseArgs } from "node:util";
import { processEnvironment } from "../config/environment.ts";
import { resolveConfig } from "../config/resolve.ts";
import { createGateway } from "../gateway.ts";
import { exitCodes } from "./exit-codes.ts";

/** `sluice describe`: prints the compiled pipeline, a line per stage. */
export async function describe(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: "string" } } });
  const gateway = await createGateway(await resolveConfig({ env: processEnvironment(), file: values.config }));
  process.stdout.write(`${gateway.describe()}\n`);
  await gateway.close(0);
  return exitCodes.good;
}
