import type { Config } from "../config/schema.ts";
import type { UpstreamSettings } from "../transport/upstream-settings.ts";

type ProviderConfig = Config["providers"][string];

/** How a provider's upstream is to be reached, by its configuration. */
export function upstreamSettings(config: ProviderConfig): UpstreamSettings {
  if (!("allowAddresses" in config)) return {};
  return {
    headers: Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value])),
    allowAddresses: config.allowAddresses,
  };
}
