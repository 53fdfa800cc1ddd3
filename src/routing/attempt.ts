import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { RequestHead } from "../chat/request-head.ts";
import { extendVia, newInstanceName } from "../chat/via.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { UpstreamAttempt, UpstreamNotes } from "../providers/provider.ts";
import type { ResolvedTarget } from "./target.ts";

/** What upstreams are told beside the request. */
export interface AttemptOptions {
  /** The headers of clients, by lower-case name, that each provider is sent. Default none. */
  readonly forwardHeaders?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The gateway's name in `via`. Default a new one. */
  readonly instance?: string | undefined;
}

/** Starts a new attempt at a target, in the call's route and with a lease of its own. What the provider notes is the route's from then on. */
export type BeginAttempt = (ctx: RequestContext, target: ResolvedTarget) => UpstreamAttempt;

/** Makes what starts attempts, of whatever operation. */
export function attempts({ forwardHeaders, instance = newInstanceName() }: AttemptOptions = {}): BeginAttempt {
  return (ctx, { provider, model, unsupportedParams }) => {
    const { route } = ctx;
    route.provider = provider.name;
    route.model = model;
    route.attempts++;
    route.upstreamRequestId = "";
    ctx.asks(provider.name, model);
    return {
      callId: ctx.callId,
      model,
      requestedModel: ctx.model,
      lease: ctx.lease.child(),
      notes: new RouteNotes(route),
      headers: headersOf(ctx.head, forwardHeaders?.get(provider.name), instance),
      unsupportedParams,
    };
  };
}

/** Of a client's headers, what goes upstream. */
function headersOf({ headers }: RequestHead, names: readonly string[] = [], instance: string): Record<string, string> {
  const given = names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]]));
  return { ...Object.fromEntries(given), via: extendVia(headers.via, instance) };
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
