import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { closestName } from "../chat/closest-name.ts";
import { ConfigError, type ConfigProblem } from "../config/config-error.ts";
import type { LoadedConfig } from "../config/load.ts";
import { laterMiddleware } from "../config/schema.ts";
import type { Path } from "../config/source.ts";
import { middlewareByName, policyNames } from "../middleware/index.ts";
import { PipelineBuilder } from "../pipeline/builder.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";

/**
 * Builds the pipeline that a configuration describes.
 * @throws ConfigError with everything that is wrong with any of its middleware.
 */
export async function configuredPipeline(loaded: LoadedConfig): Promise<Pipeline> {
  const { pipeline } = loaded.config;
  const builder = new PipelineBuilder()
    .monitoringInterval(pipeline.monitoringInterval)
    .monitoringWindow(pipeline.monitoringWindow);
  const problems: ConfigProblem[] = [];
  const policies = pipeline.policies.map((middleware) => ({ middleware, options: undefined }));
  for (const [part, list] of Object.entries({ use: pipeline.use, policies })) {
    for (const [index, { middleware, options }] of list.entries()) {
      const at: Path = ["pipeline", part, index];
      try {
        if (part === "policies") checkPolicy(middleware);
        builder.use(await createMiddleware(loaded, middleware, options, at));
      } catch (error) {
        problems.push(...problemsOf(error, loaded, middleware, at));
      }
    }
  }
  problems.push(...idleSections(loaded));
  if (problems.length > 0) throw new ConfigError(problems);
  return builder.build();
}

function checkPolicy(name: string): void {
  if (policyNames.some((policy) => policy === name)) return;
  const meant = closestName(name, policyNames);
  throw new Error(`is no policy${meant === undefined ? `; there are ${policyNames.join(", ")}` : `; did you mean ${meant}?`}`);
}

async function createMiddleware(loaded: LoadedConfig, name: string, options: unknown, at: Path): Promise<Middleware> {
  if (name.startsWith("./") || name.startsWith("../") || name.startsWith("/")) return loadMiddleware(loaded, name, options);
  const builtIn = middlewareByName.get(name);
  if (builtIn !== undefined) {
    loaded.check(builtIn.options, options ?? {}, [...at, name]);
    const { templates } = loaded.config;
    return builtIn.create(options, { templates, folder: loaded.file === undefined ? "." : dirname(resolve(loaded.file)) });
  }
  if (laterMiddleware.has(name)) throw new Error("not in this version");
  const meant = closestName(name, middlewareByName.keys());
  throw new Error(`there is no such middleware${meant === undefined ? "" : `; did you mean ${meant}?`}`);
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

/** What is wrong with a middleware, each fault at its place as well as it is known. */
function problemsOf(error: unknown, { problem }: LoadedConfig, name: string, at: Path): readonly ConfigProblem[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof Error && "issues" in error && Array.isArray(error.issues)) {
    const section = middlewareByName.get(name)?.section;
    return error.issues.map(({ path, message }: { readonly path: Path; readonly message: string }) =>
      problem(section !== undefined && path[0] === section ? path : [...at, name, ...path], message),
    );
  }
  return [problem(at, `${name}: ${error instanceof Error ? error.message : String(error)}`)];
}

/** Sections that are filled in and whose middleware is not used. */
function idleSections({ config, problem }: LoadedConfig): readonly ConfigProblem[] {
  const used = new Set(config.pipeline.use.map(({ middleware }) => middleware));
  return [...middlewareByName].flatMap(([name, { section }]) =>
    section === undefined || used.has(name) || Object.keys(config[section]).length === 0
      ? []
      : [problem([section], `does nothing without its middleware: add ${name} to pipeline.use`, true)],
  );
}
