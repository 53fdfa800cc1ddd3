import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { checkReads, writePage } from "./page.ts";

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
  checkReads(request, response);
  if (path === "/healthz") writePage(response, 200, "text/plain", "ok\n");
  else {
    const state = readiness();
    writePage(response, state.ready ? 200 : 503, "application/json", `${JSON.stringify(state)}\n`);
  }
  return true;
}
