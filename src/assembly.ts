import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { closestName } from "./chat/closest-name.ts";
import type { CallObserver } from "./chat/ports/call-observer.ts";
import type { Calls } from "./chat/ports/calls.ts";
import type { Log } from "./chat/ports/log.ts";
import { ConfigError } from "./config/config-error.ts";
import type { LoadedConfig } from "./config/load.ts";
import { laterMiddleware } from "./config/schema.ts";
import { middlewareByName } from "./middleware/index.ts";
import { PipelineBuilder } from "./pipeline/builder.ts";
import type { Middleware } from "./pipeline/middleware.ts";
import type { Pipeline } from "./pipeline/pipeline.ts";
import { providerTypes } from "./providers/index.ts";
import type { Provider } from "./providers/provider.ts";
import { createCatalog } from "./routing/catalog.ts";
import { createModelsHandler } from "./routing/models-operation.ts";
import { createRouter } from "./routing/router.ts";
import { systemClock } from "./transport/system-clock.ts";

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
}

/**
 * Puts a configuration together: providers, pipeline, routing.
 * @throws ConfigError when the configuration names what is not there; nothing is held then.
 */
export async function assemble(loaded: LoadedConfig, { log, observer }: AssemblyOptions): Promise<Assembly> {
  const { config } = loaded;
  const pipeline = await createPipeline(loaded);
  for (const warning of pipeline.warnings) log.warn({}, warning);
  const providers = createProviders(loaded);
  checkTargets(loaded, providers);
  const models = new Map(
    Object.entries(config.models).flatMap(([name, { targets }]) => targets.map((target) => [name, target] as const)),
  );
  const { direct } = config.routing;
  const forwardMetadata = new Set(
    Object.entries(config.providers).flatMap(([name, provider]) => (provider.forwardMetadata ? [name] : [])),
  );
  const catalog = createCatalog({ providers, models, direct });
  const calls = pipeline.bind({
    log,
    observer,
    clock: systemClock,
    chat: createRouter({ providers, models, direct, forwardMetadata }),
    operations: { models: createModelsHandler(catalog) },
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

function createProviders({ config, problem }: LoadedConfig): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>();
  const entries = Object.entries(config.providers);
  if (!entries.some(([name]) => name === "demo")) entries.unshift(["demo", { type: "demo", forwardMetadata: false }]);
  for (const [name, options] of entries) {
    try {
      const make = providerTypes[options.type];
      if (make !== undefined) providers.set(name, make(name, options, { clock: systemClock }));
    } catch (error) {
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

async function createPipeline(loaded: LoadedConfig): Promise<Pipeline> {
  const { config, problem } = loaded;
  const builder = new PipelineBuilder()
    .monitoringInterval(config.pipeline.monitoringInterval)
    .monitoringWindow(config.pipeline.monitoringWindow);
  for (const [index, { middleware, options }] of config.pipeline.use.entries()) {
    try {
      builder.use(await createMiddleware(loaded, middleware, options));
    } catch (error) {
      throw new ConfigError([problem(["pipeline", "use", index], `${middleware}: ${reasonOf(error)}`)]);
    }
  }
  return builder.build();
}

async function createMiddleware(loaded: LoadedConfig, name: string, options: unknown): Promise<Middleware> {
  if (name.startsWith("./") || name.startsWith("../") || name.startsWith("/")) return loadMiddleware(loaded, name, options);
  const builtIn = middlewareByName.get(name);
  if (builtIn !== undefined) return builtIn.create(options);
  if (laterMiddleware.has(name)) throw new Error("not in this version");
  throw new Error(`there is no such middleware${suggest(name, middlewareByName.keys())}`);
}

/** A user's own middleware, by its path: the file's default export makes it from the options. */
async function loadMiddleware({ file }: LoadedConfig, path: string, options: unknown): Promise<Middleware> {
  if (file === undefined) throw new Error("a middleware by path needs a configuration file: the path is relative to it");
  const module: unknown = await import(pathToFileURL(resolve(dirname(resolve(file)), path)).href);
  const make = typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
  if (typeof make !== "function") throw new Error("the file has no default export that makes a middleware");
  const middleware: unknown = make(options);
  if (typeof middleware !== "object" || middleware === null || !("name" in middleware))
    throw new Error("its default export made no middleware");
  return middleware as Middleware; // what build() then checks
}

function suggest(name: string, known: Iterable<string>): string {
  const meant = closestName(name, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "issues" in error && Array.isArray(error.issues)) {
    return error.issues
      .map((issue: { path: unknown[]; message: string }) => `${issue.path.join(".")}: ${issue.message}`)
      .join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
