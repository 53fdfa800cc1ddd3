import { closestName } from "../chat/closest-name.ts";
import type { CallObserver } from "../chat/ports/call-observer.ts";
import type { Calls } from "../chat/ports/calls.ts";
import type { Log } from "../chat/ports/log.ts";
import { openAccess } from "../chat/ports/model-access.ts";
import { awsEnvironment } from "../config/aws-environment.ts";
import { ConfigError } from "../config/config-error.ts";
import { processEnvironment } from "../config/environment.ts";
import type { LoadedConfig } from "../config/load.ts";
import { knownModels } from "../models/known-models.ts";
import { promptCounter } from "../models/tokens/count-prompt.ts";
import { providerTypes } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import { attempts } from "../routing/attempt.ts";
import { createCatalog } from "../routing/catalog.ts";
import { createCountTokensHandler } from "../routing/count-tokens-operation.ts";
import { createEmbeddingsHandler } from "../routing/embeddings-operation.ts";
import { ModelLists } from "../routing/model-lists.ts";
import { createModelsHandler } from "../routing/models-operation.ts";
import { createRouter } from "../routing/router.ts";
import { systemClock } from "../transport/system-clock.ts";
import { configuredPipeline } from "./configured-pipeline.ts";
import { upstreamSettings } from "./upstream-settings.ts";

/** One configuration put together: everything behind the protocols. A reload makes another one; calls keep theirs. */
export interface Assembly {
  readonly calls: Calls;
  /** The compiled pipeline, a line per stage. */
  describe(): string;
  /** What clients may ask for, ordered. */
  models(): readonly string[];
  /** The providers' names. */
  readonly providers: readonly string[];
  /** Frees the providers' connections. */
  close(): Promise<void>;
}

/** What an assembly is put together with. */
export interface AssemblyOptions {
  readonly log: Log;
  readonly observer: CallObserver;
  /** The gateway's own name in `via`. */
  readonly instance: string;
}

/**
 * Puts a configuration together: providers, pipeline, routing.
 * @throws ConfigError when the configuration names what is not there; nothing is held then.
 */
export async function assemble(loaded: LoadedConfig, { log, observer, instance }: AssemblyOptions): Promise<Assembly> {
  const { config } = loaded;
  const pipeline = await configuredPipeline(loaded);
  for (const warning of pipeline.warnings) log.warn({}, warning);
  const providers = await createProviders(loaded);
  checkTargets(loaded, providers);
  checkModelKeys(loaded, providers);
  const models = new Map(
    Object.entries(config.models).flatMap(([name, { targets }]) => targets.map((target) => [name, target] as const)),
  );
  const { direct } = config.routing;
  const routes = { providers, models, direct };
  const forwardMetadata = new Set(
    Object.entries(config.providers).flatMap(([name, provider]) => (provider.forwardMetadata ? [name] : [])),
  );
  const forwardHeaders = new Map(
    Object.entries(config.providers).flatMap(([name, provider]) =>
      "forwardHeaders" in provider ? [[name, provider.forwardHeaders.map((header) => header.toLowerCase())] as const] : [],
    ),
  );
  const types = Object.entries(config.providers).map(([name, { type }]) => [name, type] as const);
  const known = knownModels(new Map([["demo", "demo"], ...types]), config);
  const { listMaxAge: maxAgeMs } = config.routing;
  const lists = new ModelLists(providers.values(), { clock: systemClock, log, maxAgeMs });
  const catalog = createCatalog({ ...routes, lists, known });
  const beginAttempt = attempts({ forwardHeaders, instance });
  const calls = pipeline.bind({
    log,
    observer,
    clock: systemClock,
    prices: known,
    chat: createRouter({ ...routes, forwardMetadata, beginAttempt }),
    operations: {
      models: createModelsHandler(catalog, openAccess),
      embeddings: createEmbeddingsHandler(routes, beginAttempt),
      countTokens: createCountTokensHandler(routes, promptCounter, beginAttempt),
    },
  });
  return {
    calls,
    describe: () => pipeline.describe(),
    models: () => catalog.list().map(({ id }) => id),
    providers: [...providers.keys()],
    async close() {
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}

async function createProviders(loaded: LoadedConfig): Promise<ReadonlyMap<string, Provider>> {
  const { config, problem } = loaded;
  const providers = new Map<string, Provider>();
  const aws = awsEnvironment(processEnvironment());
  const entries = Object.entries(config.providers);
  if (!entries.some(([name]) => name === "demo")) entries.unshift(["demo", { type: "demo", forwardMetadata: false }]);
  for (const [name, options] of entries) {
    try {
      const make = providerTypes[options.type];
      if (make !== undefined)
        providers.set(name, make(name, options, { clock: systemClock, upstream: await upstreamSettings(loaded, name), aws }));
    } catch (error) {
      await Promise.all([...providers.values()].map((provider) => provider.close()));
      if (error instanceof ConfigError) throw error;
      throw new ConfigError([problem(["providers", name], error instanceof Error ? error.message : String(error))]);
    }
  }
  return providers;
}

function checkTargets({ config, problem }: LoadedConfig, providers: ReadonlyMap<string, Provider>): void {
  const problems = Object.entries(config.models).flatMap(([name, { targets }]) =>
    targets.flatMap(({ provider }, index) =>
      providers.has(provider)
        ? []
        : [
            problem(
              ["models", name, "targets", index, "provider"],
              `there is no provider ${provider}${suggest(provider, providers.keys())}`,
            ),
          ],
    ),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** What is said of a provider's model must be of one that is there. */
function checkModelKeys({ config, problem }: LoadedConfig, providers: ReadonlyMap<string, Provider>): void {
  const { prices, modelLimits } = config;
  const problems = Object.entries({ prices, modelLimits }).flatMap(([section, models]) =>
    Object.keys(models).flatMap((key) => {
      const provider = key.slice(0, key.indexOf("/"));
      if (providers.has(provider)) return [];
      return [problem([section, key], `there is no provider ${provider}${suggest(provider, providers.keys())}`)];
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

function suggest(name: string, known: Iterable<string>): string {
  const meant = closestName(name, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}
