import { GatewayError } from "../../chat/error.ts";
import { JsonProblem } from "../json/json-reader.ts";

/** The error for what a vendor sent as a reply and is none; errors of our own are given back as they are. */
export function notAReply(error: unknown, provider: string): unknown {
  if (!(error instanceof JsonProblem || error instanceof SyntaxError)) return error;
  return new GatewayError("upstream_error", "the upstream's reply is not in its API's form", { cause: error, provider });
}
