import type { GatewayError } from "../../chat/error.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { type HttpOutgoing, isGone } from "../exchange.ts";
import { setRetryHeaders } from "./reply-headers.ts";

/** Answers with an error as OpenAI writes it. A reply that has already begun is cut: it must not look finished. */
export function writeError(response: HttpOutgoing, error: GatewayError): void {
  if (isGone(response)) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(encodeError(error));
  setRetryHeaders(response, error);
  response.setHeader("content-type", "application/json");
  response.setHeader("content-length", body.length);
  response.statusCode = error.row.status;
  response.end(body);
}
