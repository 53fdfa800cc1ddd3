import type { z } from "zod";
import type { Middleware } from "../pipeline/middleware.ts";
import { literalGuard, literalGuardOptions } from "./literal-guard.ts";
import { logging, loggingOptions } from "./logging.ts";
import { requestMetadata, requestMetadataOptions } from "./request-metadata.ts";
import { responseValidator, responseValidatorOptions } from "./response-validator.ts";

/** A middleware that a configuration may name. */
export interface BuiltInMiddleware {
  /** What its options must be: for errors that name the field, and for the configuration's JSON Schema. */
  readonly options: z.ZodType;
  /**
   * Makes it from the configuration's options; undefined: the bare name was given.
   * @throws z.ZodError
   */
  create(options: unknown): Middleware;
}

/** Every middleware a configuration may name, by that name. A new one is its file and a line here. */
export const middlewareByName: ReadonlyMap<string, BuiltInMiddleware> = new Map([
  ["literalGuard", builtIn(literalGuardOptions, literalGuard)],
  ["logging", builtIn(loggingOptions, logging)],
  ["requestMetadata", builtIn(requestMetadataOptions, requestMetadata)],
  ["responseValidator", builtIn(responseValidatorOptions, responseValidator)],
]);

function builtIn<Options extends z.ZodType>(
  options: Options,
  make: (options: z.output<Options>) => Middleware,
): BuiltInMiddleware {
  return { options, create: (given) => make(options.parse(given ?? {})) };
}
