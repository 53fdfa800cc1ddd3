import type { GatewayError } from "../../chat/error.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { type HttpOutgoing, isGone } from "../exchange.ts";
import { setRetryHeaders } from "./reply-headers.ts";
import { writeJson } from "./write-json.ts";

/** Answers with an error as OpenAI writes it. A reply that has already begun is cut: it must not look finished. */
export function writeError(response: HttpOutgoing, error: GatewayError): void {
  if (isGone(response)) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  setRetryHeaders(response, error);
  response.statusCode = error.row.status;
  void writeJson(response, encodeError(error));
}
