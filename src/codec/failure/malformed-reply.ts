import { GatewayError } from "../../chat/error.ts";
import { JsonProblem } from "../json/json-reader.ts";

/** The error for what a vendor sent as a reply and is none. A problem's path may be the vendor's words: it is for the log alone. */
export function malformedReply(cause?: unknown): GatewayError {
  return new GatewayError("upstream_error", "the upstream's reply is malformed", { cause });
}

/** What reading a vendor's JSON has thrown, as what is to be thrown on: errors of our own stay what they are. */
export function replyFault(thrown: unknown): unknown {
  return thrown instanceof JsonProblem || thrown instanceof SyntaxError ? malformedReply(thrown) : thrown;
}

/**
 * Runs a step that reads JSON of a vendor's.
 * @throws GatewayError `upstream_error` for what is none of its replies; what the step throws itself.
 */
export function readingReply<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw replyFault(error);
  }
}
