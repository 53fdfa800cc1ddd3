import type { z } from "zod";
import type { Middleware } from "../pipeline/middleware.ts";
import { denyList, denyListOptions } from "./deny-list.ts";
import { inappropriate, inappropriateOptions } from "./inappropriate.ts";
import { literalGuard, literalGuardOptions } from "./literal-guard.ts";
import { logging, loggingOptions } from "./logging.ts";
import { pii, piiOptions } from "./pii.ts";
import { promptInjection, promptInjectionOptions } from "./prompt-injection.ts";
import { promptTemplate, promptTemplateOptions } from "./prompt-template/index.ts";
import type { Templates } from "./prompt-template/shelf.ts";
import { regex, regexOptions } from "./regex.ts";
import { requestMetadata, requestMetadataOptions } from "./request-metadata.ts";
import { responseValidator, responseValidatorOptions } from "./response-validator.ts";
import { secrets, secretsOptions } from "./secrets.ts";

/** Sections of the configuration that belong to a middleware. */
export interface MiddlewareSections {
  readonly templates: Templates;
}

/** What a middleware is made of, beside its options. */
export interface MiddlewareParts extends MiddlewareSections {
  /** What the files that options name are relative to. */
  readonly folder: string;
}

/** A middleware that a configuration may name. */
export interface BuiltInMiddleware {
  /** What its options must be: for errors that name the field, and for the configuration's JSON Schema. */
  readonly options: z.ZodType;
  /** The section that is its: one that is filled in does nothing without it. */
  readonly section?: keyof MiddlewareSections;
  /**
   * Makes it from the configuration's options; undefined: the bare name was given.
   * @throws z.ZodError whose paths begin at the options, or with the name of its section at the configuration.
   */
  create(options: unknown, parts: MiddlewareParts): Middleware;
}

/** Every middleware a configuration may name, by that name. A new one is its file and a line here. */
export const middlewareByName: ReadonlyMap<string, BuiltInMiddleware> = new Map([
  ["denyList", builtIn(denyListOptions, (options, { folder }) => denyList(options, folder))],
  ["inappropriate", builtIn(inappropriateOptions, inappropriate)],
  ["literalGuard", builtIn(literalGuardOptions, literalGuard)],
  ["logging", builtIn(loggingOptions, logging)],
  ["pii", builtIn(piiOptions, pii)],
  ["promptInjection", builtIn(promptInjectionOptions, promptInjection)],
  ["promptTemplate", builtIn(promptTemplateOptions, (_, { templates }) => promptTemplate({ templates }), "templates")],
  ["regex", builtIn(regexOptions, regex)],
  ["requestMetadata", builtIn(requestMetadataOptions, requestMetadata)],
  ["responseValidator", builtIn(responseValidatorOptions, responseValidator)],
  ["secrets", builtIn(secretsOptions, secrets)],
]);

/** The guards that `pipeline.policies` may name: they need no options. */
export const policyNames = ["pii", "secrets", "inappropriate", "promptInjection"] as const;

function builtIn<Options extends z.ZodType>(
  options: Options,
  make: (options: z.output<Options>, parts: MiddlewareParts) => Middleware,
  section?: keyof MiddlewareSections,
): BuiltInMiddleware {
  const create: BuiltInMiddleware["create"] = (given, parts) => make(options.parse(given ?? {}), parts);
  return section === undefined ? { options, create } : { options, section, create };
}
