import { z } from "zod";
import { memberAt } from "./layers.ts";
import type { LoadedConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

/**
 * A configuration as a file would say it, defaults included. Secrets are `***`; which of a middleware's options are secret nobody
 * knows, so these stay as they were written, with their references to the environment.
 */
export function printableConfig({ config, written }: Pick<LoadedConfig, "config" | "written">): object {
  const said = z.encode(configSchema, config);
  const use = memberAt(written, ["pipeline", "use"]);
  return use === undefined ? said : { ...said, pipeline: { ...said.pipeline, use } };
}
