import type { GatewayError } from "../../chat/error.ts";

/** An error as OpenAI's error body. */
export function encodeError(error: GatewayError): string {
  return JSON.stringify({
    error: { message: error.message, type: error.row.type, param: error.param ?? null, code: error.code },
  });
}
