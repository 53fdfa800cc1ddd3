import { GatewayError } from "../chat/error.ts";
import { type BrowserGuardOptions, guardBrowser } from "./browser-guard.ts";
import { type HttpHandler, type HttpIncoming, type HttpOutgoing, pathOf } from "./exchange.ts";
import type { Rest } from "./openai/rest.ts";
import { healthPages, type Readiness } from "./ops/health-pages.ts";
import { refuse } from "./refuse.ts";

/** The RPC protocols, as far as the dispatch needs them. */
export interface RpcHandler {
  /** Whether a request is a call. */
  match(request: HttpIncoming, path: string): boolean;
  handle(request: HttpIncoming, response: HttpOutgoing, path: string): void;
}

/** Everything that one listener serves. */
export interface DispatchOptions {
  readonly rest: Rest;
  readonly rpc: RpcHandler;
  readonly readiness: () => Readiness;
  /** Asked at every request: a reload may change it. */
  readonly browser: () => BrowserGuardOptions;
}

/** Sends each request to what answers its path. */
export function dispatch(options: DispatchOptions): HttpHandler {
  const { rest, rpc, readiness, browser } = options;
  return (request, response) => {
    const path = pathOf(request);
    try {
      if (healthPages(path, request, response, readiness)) return;
      if (guardBrowser(request, response, browser())) return;
      const target = rest.match(path);
      if (target !== undefined) void rest.handle(request, response, target);
      else if (rpc.match(request, path)) rpc.handle(request, response, path);
      else throw new GatewayError("not_found", "there is nothing at this path");
    } catch (thrown) {
      refuse(request, response, thrown);
    }
  };
}
