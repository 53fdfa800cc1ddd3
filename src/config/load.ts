import { existsSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { checkTree } from "./check-tree.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { type EnvOverride, envOverrides } from "./env-overrides.ts";
import { type Environment, type ExpansionProblem, expand } from "./expand.ts";
import { type Layers, mergeValues, problemAt } from "./layers.ts";
import { type NamedProxy, proxyEnvironment } from "./proxy-environment.ts";
import { readSchema } from "./read-schema.ts";
import { type Config, configSchema } from "./schema.ts";
import type { ConfigSource, Path } from "./source.ts";

/** Where a configuration comes from. */
export interface LoadOptions {
  readonly env: Environment;
  /** The file that `--config` names. Default: `SLUICE_CONFIG`, else `sluice.yaml` if it is there. */
  readonly file?: string | undefined;
  /** What the command line says. */
  readonly flags?: { readonly listen?: readonly string[] | undefined; readonly admin?: string | undefined };
}

/** A configuration that fits its schema. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file it is from; undefined: none. */
  readonly file: string | undefined;
  /** What was written, before defaults and with references to the environment as they are. */
  readonly written: unknown;
  /** By which proxy a URL is to be reached, see `proxyEnvironment`; undefined: by none. @throws Error */
  proxyFor(url: URL): NamedProxy | undefined;
  /** Says what is wrong with a field, or with `key` with its being there, in a way that only its user can tell, with its place. */
  problem(path: Path, message: string, key?: boolean): ConfigProblem;
  /**
   * Checks a part that the configuration's own schema leaves open: `value` is what stands `at` a path of it. Texts from the
   * environment in it become the numbers and truth values that the schema wants.
   * @throws ConfigError with everything that is wrong.
   */
  check(schema: z.ZodType, value: unknown, at: Path): void;
}

/**
 * Loads the configuration: flags over environment variables over `SLUICE_CONFIG_JSON` over the file over `SLUICE_DEFAULTS_JSON` over
 * defaults.
 * @throws ConfigError with everything that is wrong.
 */
export async function loadConfig({ env, file: named, flags = {} }: LoadOptions): Promise<LoadedConfig> {
  const chosen = named ?? (env.SLUICE_CONFIG || undefined);
  const file = chosen ?? (existsSync("sluice.yaml") ? "sluice.yaml" : undefined);
  const fromFile = file === undefined ? [] : [await read(file, readText(file))];
  const layers: Layers = {
    sources: [
      ...(await readVariable("SLUICE_DEFAULTS_JSON", env)),
      ...fromFile,
      ...(await readVariable("SLUICE_CONFIG_JSON", env)),
    ],
    overrides: [...envOverrides(env).filter(hasValue), ...flagOverrides(flags)],
  };

  const unset: ExpansionProblem[] = [];
  const values = [...layers.sources.map(({ value }) => expand(value, env, unset)), ...layers.overrides.map(asValue)];
  const problem = (path: Path, message: string, key = false) => problemAt(layers, path, message, key);
  const problems = unset.map(({ path, message }) => problem(path, message));
  const checked = readSchema(configSchema, values.reduce(mergeValues, {}), layers);
  if ("config" in checked) problems.push(...ownFilesOutsideTheFile(checked.config, layers, file));
  else problems.push(...checked.problems.filter(({ field }) => !problems.some((known) => known.field === field)));
  if (problems.length > 0 || !("config" in checked)) throw new ConfigError(problems);
  return {
    config: checked.config,
    file,
    written: layers.sources.map(({ value }) => value).reduce(mergeValues, {}),
    problem,
    proxyFor: proxyEnvironment(env),
    check(schema, value, at) {
      const read = readSchema(schema, value, layers, at);
      if ("problems" in read) throw new ConfigError(read.problems);
    },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const message = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
    throw new ConfigError([{ source: file, field: "", message }]);
  }
}

async function readVariable(name: string, env: Environment): Promise<readonly ConfigSource[]> {
  const json = env[name] || undefined;
  return json === undefined ? [] : [await read(name, json)];
}

/** A section whose lines are all commented out is as good as absent; so is an empty file. */
async function read(name: string, text: string): Promise<ConfigSource> {
  const { parseSource } = await import("./source.ts"); // YAML is slow to load and often not needed
  const source = attempt(() => parseSource(name, text), name);
  checkTree(source);
  const value = source.value ?? {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ConfigError([{ source: name, line: 1, column: 1, field: "", message: "must be a map" }]);
  }
  return { ...source, value: Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null)) };
}

/** The parser gives up on anchors that multiply, and on nesting that is too deep for its stack. */
function attempt<T>(parse: () => T, name: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    throw new ConfigError([
      { source: name, line: 1, column: 1, field: "", message: "is nested too deeply, or multiplies its anchors" },
    ]);
  }
}

const hasValue = ({ value }: EnvOverride): boolean => value !== "";

function flagOverrides({ listen, admin }: NonNullable<LoadOptions["flags"]>): EnvOverride[] {
  return [
    ...(listen === undefined ? [] : [{ variable: "--listen", path: ["server", "listen"], value: [...listen] }]),
    ...(admin === undefined ? [] : [{ variable: "--admin", path: ["server", "admin"], value: admin }]),
  ];
}

function asValue({ path, value }: EnvOverride): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** A user's own middleware may be named in the configuration file only: whoever sets a variable may not run code. */
function ownFilesOutsideTheFile({ pipeline }: Config, layers: Layers, file: string | undefined): ConfigProblem[] {
  return pipeline.use.flatMap(({ middleware }, index) => {
    const problem = problemAt(
      layers,
      ["pipeline", "use", index],
      "names a middleware's file, which only the configuration file may do",
    );
    return problem.source !== file && /^\.{0,2}\//.test(middleware) ? [problem] : [];
  });
}
