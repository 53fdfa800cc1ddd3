import { GatewayError } from "../../chat/error.ts";
import { type BrowserGuardOptions, guardBrowser } from "../browser-guard.ts";
import { type HttpHandler, pathOf } from "../exchange.ts";
import { refuse } from "../refuse.ts";
import { healthPages, type Readiness } from "./health-pages.ts";

/** What the admin listener serves: `/healthz` and `/readyz`. */
export function healthOnly(readiness: () => Readiness, browser: () => BrowserGuardOptions): HttpHandler {
  return (request, response) => {
    try {
      if (healthPages(pathOf(request), request, response, readiness) || guardBrowser(request, response, browser())) return;
      throw new GatewayError("not_found", "there is nothing at this path");
    } catch (thrown) {
      refuse(request, response, thrown);
    }
  };
}
