import { GatewayError } from "../../chat/error.ts";
import { type BrowserGuardOptions, guardBrowser } from "../browser-guard.ts";
import { type HttpHandler, pathOf } from "../exchange.ts";
import { refuse } from "../refuse.ts";
import { healthPages, type Readiness } from "./health-pages.ts";
import { metricsPage } from "./metrics-page.ts";

/** What the pages for operators are served with. */
export interface OpsPagesOptions {
  readonly readiness: () => Readiness;
  /** The metrics in Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  readonly browser: () => BrowserGuardOptions;
}

/** What the admin and the metrics listener serve: `/metrics`, `/healthz` and `/readyz`. */
export function opsPages({ readiness, metrics, browser }: OpsPagesOptions): HttpHandler {
  return (request, response) => {
    try {
      const path = pathOf(request);
      if (healthPages(path, request, response, readiness) || guardBrowser(request, response, browser())) return;
      if (path !== "/metrics") throw new GatewayError("not_found", "there is nothing at this path");
      void metricsPage(request, response, metrics);
    } catch (thrown) {
      refuse(request, response, thrown);
    }
  };
}
