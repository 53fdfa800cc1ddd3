import { detectProviders } from "./detect.ts";
import { type LoadedConfig, type LoadOptions, loadConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

/** A configuration with what the environment offers, where no provider was configured. */
export interface ResolvedConfig extends LoadedConfig {
  /** What detection found and did not use; a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Loads the configuration; one without providers gets those that the environment offers.
 * @throws ConfigError
 */
export async function resolveConfig(options: LoadOptions): Promise<ResolvedConfig> {
  const loaded = await loadConfig(options);
  if (Object.keys(loaded.config.providers).length > 0) return { ...loaded, notes: [] };
  const listen = [
    ...loaded.config.server.listen,
    ...(loaded.config.server.admin === undefined ? [] : [loaded.config.server.admin]),
  ];
  const { providers, notes } = await detectProviders({ env: options.env, listen });
  const parsed = configSchema.shape.providers.parse(providers);
  return { ...loaded, config: { ...loaded.config, providers: parsed }, notes };
}
