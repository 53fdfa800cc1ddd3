import type { Secret } from "../chat/secret.ts";
import { anthropic } from "./anthropic.ts";
import type { EntraApplication } from "./azure/entra-token-request.ts";
import { azure } from "./azure/index.ts";
import { bedrock } from "./bedrock.ts";
import { createDemoProvider } from "./demo/index.ts";
import { gemini } from "./gemini.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import { openAi } from "./openai.ts";
import { openAiCompatible } from "./openai-compatible/index.ts";
import { type Vendor, vendors } from "./openai-compatible/vendors.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";
import { vertex } from "./vertex.ts";

/** A provider as the configuration describes it. */
export interface ProviderOptions extends ParamSettings {
  /** A key of {@link providerTypes}. */
  readonly type?: string;
  readonly apiKey?: Secret | undefined;
  readonly baseUrl?: string | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly entra?: EntraApplication | undefined;
  readonly location?: string | undefined;
  readonly credentials?: Secret | undefined;
  readonly credentialsFile?: string | undefined;
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Secret | undefined;
  readonly sessionToken?: Secret | undefined;
  readonly profile?: string | undefined;
  readonly streamUsage?: boolean | undefined;
  readonly models?: readonly string[] | undefined;
}

type Factory = (name: string, options: ProviderOptions, deps: ProviderDeps) => Provider;

const required = <T>(value: T | undefined, name: string, field: string): T => {
  if (value === undefined) throw new Error(`provider ${name}: ${field} is missing`);
  return value;
};

const compatible =
  (vendor?: Vendor): Factory =>
  (name, options, deps) =>
    openAiCompatible(name, { ...options, baseUrl: required(options.baseUrl ?? vendor?.baseUrl, name, "baseUrl") }, deps, vendor);

/** Every kind of provider by its `type` in the configuration: one line each, and those of the table of vendors. */
export const providerTypes: Readonly<Record<string, Factory>> = {
  anthropic: (name, options, deps) => anthropic(name, { ...options, apiKey: required(options.apiKey, name, "apiKey") }, deps),
  demo: (name, _options, deps) => createDemoProvider(name, deps),
  gemini: (name, options, deps) => gemini(name, { ...options, apiKey: required(options.apiKey, name, "apiKey") }, deps),
  openai: (name, options, deps) => openAi(name, { ...options, apiKey: required(options.apiKey, name, "apiKey") }, deps),
  azure: (name, options, deps) => azure(name, { ...options, endpoint: required(options.endpoint, name, "endpoint") }, deps),
  "openai-compatible": compatible(),
  ...Object.fromEntries(vendors.map((vendor) => [vendor.type, compatible(vendor)])),
  vertex(name, options, deps) {
    const place = { project: required(options.project, name, "project"), location: required(options.location, name, "location") };
    return vertex(name, { ...options, ...place }, deps);
  },
  bedrock,
};
