import { GatewayError } from "../../chat/error.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";

/** Whether the gateway can take calls, and why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/**
 * Answers `/healthz` (the process lives) and `/readyz` (it can take calls).
 * @returns whether the path was one of them.
 * @throws GatewayError `method_not_allowed`.
 */
export function healthPages(path: string, request: HttpIncoming, response: HttpOutgoing, readiness: () => Readiness): boolean {
  if (path !== "/healthz" && path !== "/readyz") return false;
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    throw new GatewayError("method_not_allowed", "this path takes GET only");
  }
  if (path === "/healthz") answer(response, 200, "text/plain", "ok\n");
  else {
    const state = readiness();
    answer(response, state.ready ? 200 : 503, "application/json", `${JSON.stringify(state)}\n`);
  }
  return true;
}

function answer(response: HttpOutgoing, status: number, type: string, body: string): void {
  response.statusCode = status;
  response.setHeader("content-type", type);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body); // which leaves it out after HEAD
}
