import { GatewayError } from "../chat/error.ts";
import type { HttpIncoming, HttpOutgoing } from "./exchange.ts";
import { finishUpload } from "./finish-upload.ts";
import { writeError } from "./openai/write-error.ts";

/** Answers a request with what was thrown at it, whatever is left of its body. */
export function refuse(request: HttpIncoming, response: HttpOutgoing, thrown: unknown): void {
  writeError(response, GatewayError.from(thrown));
  finishUpload(request, response);
}
