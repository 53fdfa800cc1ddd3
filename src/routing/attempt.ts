import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { RequestContext } from "../pipeline/context.ts";
import type { UpstreamAttempt, UpstreamNotes } from "../providers/provider.ts";
import type { ResolvedTarget } from "./target.ts";

/** Starts a new attempt at a target, in the call's route and with a lease of its own. What the provider notes is the route's from then on. */
export function beginAttempt(ctx: RequestContext, { provider, model }: ResolvedTarget): UpstreamAttempt {
  const { route } = ctx;
  route.provider = provider.name;
  route.model = model;
  route.attempts++;
  route.upstreamRequestId = "";
  ctx.asks(provider.name, model);
  return { callId: ctx.callId, model, requestedModel: ctx.model, lease: ctx.lease.child(), notes: new RouteNotes(route) };
}

class RouteNotes implements UpstreamNotes {
  readonly #route: RouteInfo;

  constructor(route: RouteInfo) {
    this.#route = route;
  }

  get upstreamRequestId(): string {
    return this.#route.upstreamRequestId;
  }

  set upstreamRequestId(id: string) {
    this.#route.upstreamRequestId = id;
  }

  get upstreamModel(): string {
    return this.#route.model;
  }

  set upstreamModel(model: string) {
    this.#route.model = model;
  }

  get droppedParams(): string[] {
    return this.#route.droppedParams;
  }

  set droppedParams(params: string[]) {
    this.#route.droppedParams = params;
  }
}
