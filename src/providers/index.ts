import type { Clock } from "../chat/ports/clock.ts";
import type { Secret } from "../chat/secret.ts";
import { anthropic } from "./anthropic.ts";
import { createDemoProvider } from "./demo/index.ts";
import { openAi } from "./openai.ts";
import { openAiCompatible } from "./openai-compatible.ts";
import type { Provider } from "./provider.ts";

/** A provider as the configuration describes it. */
export interface ProviderOptions {
  /** A key of {@link providerTypes}. */
  readonly type?: string;
  readonly apiKey?: Secret | undefined;
  readonly baseUrl?: string | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  readonly streamUsage?: boolean | undefined;
  readonly models?: readonly string[] | undefined;
}

/** What every provider may use. */
export interface ProviderDeps {
  readonly clock: Clock;
}

type Factory = (name: string, options: ProviderOptions, deps: ProviderDeps) => Provider;

const required = <T>(value: T | undefined, name: string, field: string): T => {
  if (value === undefined) throw new Error(`provider ${name}: ${field} is missing`);
  return value;
};

/** Every kind of provider by its `type` in the configuration: one line each. */
export const providerTypes: Readonly<Record<string, Factory>> = {
  anthropic: (name, options, deps) => anthropic(name, { ...options, apiKey: required(options.apiKey, name, "apiKey") }, deps),
  demo: (name, _options, deps) => createDemoProvider(name, deps),
  openai: (name, options, deps) => openAi(name, { ...options, apiKey: required(options.apiKey, name, "apiKey") }, deps),
  "openai-compatible": (name, options, deps) =>
    openAiCompatible(name, { ...options, baseUrl: required(options.baseUrl, name, "baseUrl") }, deps),
};
