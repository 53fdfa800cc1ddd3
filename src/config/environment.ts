import type { Environment } from "./expand.ts";

/** The process's environment: the only place that reads it. */
export function processEnvironment(): Environment {
  return process.env;
}
