import { GatewayError } from "../../chat/error.ts";
import { JsonProblem } from "../json/json-reader.ts";

/**
 * Runs a step that reads JSON of the vendor's.
 * @throws GatewayError `upstream_error` for what the step finds wrong; no upstream text is in its message.
 */
export function readingReply<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof JsonProblem || error instanceof SyntaxError) throw malformedReply(error);
    throw error;
  }
}

/** The error for a reply that is none of this vendor's. */
export function malformedReply(cause?: unknown): GatewayError {
  return new GatewayError("upstream_error", "the upstream's reply is malformed", { cause });
}
