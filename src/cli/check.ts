import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { silentLog } from "../chat/ports/log.ts";
import { processEnvironment } from "../config/environment.ts";
import { printableConfig } from "../config/printable-config.ts";
import { resolveConfig } from "../config/resolve.ts";
import { createGateway } from "../gateway.ts";
import { exitCodes } from "./exit-codes.ts";

/**
 * `sluice check`: puts everything together as `serve` would, certificates, middleware and providers included, but listens nowhere.
 * Prints what the configuration resolves to, as a file would say it and without secrets.
 */
export async function check(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: "string" } } });
  const resolved = await resolveConfig({ env: processEnvironment(), file: values.config });
  const tell = (kind: string, message: string) => process.stderr.write(`${kind}: ${message}\n`);
  const gateway = await createGateway(resolved, { log: { ...silentLog, warn: (_, message) => tell("warning", message) } });
  const head = [
    resolved.file ?? "no configuration file",
    `providers: ${gateway.providers().join(", ")}`,
    `models: ${gateway.models().join(", ")}`,
  ];
  process.stdout.write(`${head.map((line) => `# ${line}\n`).join("")}${stringify(printableConfig(resolved))}`);
  for (const note of resolved.notes) tell("note", note);
  await gateway.close(0);
  return exitCodes.good;
}
