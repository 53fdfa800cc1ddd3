import { GatewayError } from "../chat/error.ts";
import type { Log } from "../chat/ports/log.ts";
import type { Middleware } from "./middleware.ts";

/**
 * What a throw of a middleware means for the call: the error to fail it with, or undefined when the middleware is configured to
 * be skipped, which is logged. A GatewayError passes as it is; anything else becomes `internal` with a safe message.
 */
export function middlewareFailure(middleware: Middleware, hook: string, error: unknown, log: Log): GatewayError | undefined {
  if (middleware.onError === "skip") {
    log.warn({ middleware: middleware.name, hook, err: error }, "middleware failed and was skipped");
    return undefined;
  }
  if (error instanceof GatewayError) return error;
  return new GatewayError("internal", `middleware ${middleware.name} failed`, { cause: error });
}
