import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { RequestContext } from "./context.ts";
import { GuardPanel } from "./guard-panel.ts";
import type { Middleware } from "./middleware.ts";
import { routeSink } from "./route-sink.ts";

/** What a route has in an upstream's own words, and how it is called. */
const foreign = [
  ["model", "route.model"],
  ["upstreamRequestId", "route.upstream_request_id"],
] as const;

/**
 * A call's route as clients may see it: what the upstream says of itself passes the exact guards, as every other string of its reply
 * does. What they find something in, or cannot look at, is left out and named.
 */
export class VettedRoute {
  readonly #ctx: RequestContext;
  readonly #guards: readonly Middleware[];
  #panel: GuardPanel | undefined;

  constructor(ctx: RequestContext, guards: readonly Middleware[]) {
    this.#ctx = ctx;
    this.#guards = guards;
  }

  /** The route so far. What an upstream adds later is vetted when this is called again. */
  get(): RouteInfo {
    const { route } = this.#ctx;
    if (this.#guards.length === 0) return route;
    for (const [field, path] of foreign) {
      try {
        this.#panel ??= this.#newPanel();
        this.#panel.identifier(route[field], path);
      } catch {
        route[field] = "";
        this.#panel?.dropField(path);
      }
    }
    return route;
  }

  #newPanel(): GuardPanel {
    const ctx = this.#ctx;
    const guards = this.#guards.flatMap((middleware) => {
      const guard = middleware.guardText?.(ctx);
      return guard === undefined ? [] : [{ name: middleware.name, guard }];
    });
    return new GuardPanel(guards, routeSink(ctx));
  }
}
