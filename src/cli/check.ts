import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { processEnvironment } from "../config/environment.ts";
import { resolveConfig } from "../config/resolve.ts";
import { createGateway } from "../gateway.ts";
import { exitCodes } from "./exit-codes.ts";

/** `sluice check`: validates the configuration as `serve` would, and prints what it resolves to, without secrets. */
export async function check(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: "string" } } });
  const resolved = await resolveConfig({ env: processEnvironment(), file: values.config });
  const gateway = await createGateway(resolved);
  const plain: unknown = JSON.parse(JSON.stringify(resolved.config)); // secrets become ***
  process.stdout.write(`# ${resolved.file ?? "no configuration file"}\n${stringify(plain)}`);
  for (const note of resolved.notes) process.stderr.write(`note: ${note}\n`);
  await gateway.close(0);
  return exitCodes.good;
}
