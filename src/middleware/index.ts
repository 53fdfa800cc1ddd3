import type { z } from "zod";
import type { Middleware } from "../pipeline/middleware.ts";
import { literalGuard, literalGuardOptions } from "./literal-guard.ts";
import { logging, loggingOptions } from "./logging.ts";
import { promptTemplate, promptTemplateOptions } from "./prompt-template/index.ts";
import type { Templates } from "./prompt-template/shelf.ts";
import { requestMetadata, requestMetadataOptions } from "./request-metadata.ts";
import { responseValidator, responseValidatorOptions } from "./response-validator.ts";

/** Sections of the configuration that belong to a middleware. */
export interface MiddlewareSections {
  readonly templates: Templates;
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
  create(options: unknown, sections: MiddlewareSections): Middleware;
}

/** Every middleware a configuration may name, by that name. A new one is its file and a line here. */
export const middlewareByName: ReadonlyMap<string, BuiltInMiddleware> = new Map([
  ["literalGuard", builtIn(literalGuardOptions, literalGuard)],
  ["logging", builtIn(loggingOptions, logging)],
  ["promptTemplate", builtIn(promptTemplateOptions, (_, { templates }) => promptTemplate({ templates }), "templates")],
  ["requestMetadata", builtIn(requestMetadataOptions, requestMetadata)],
  ["responseValidator", builtIn(responseValidatorOptions, responseValidator)],
]);

function builtIn<Options extends z.ZodType>(
  options: Options,
  make: (options: z.output<Options>, sections: MiddlewareSections) => Middleware,
  section?: keyof MiddlewareSections,
): BuiltInMiddleware {
  const create: BuiltInMiddleware["create"] = (given, sections) => make(options.parse(given ?? {}), sections);
  return section === undefined ? { options, create } : { options, section, create };
}
