import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { RequestHead } from "../chat/request-head.ts";
import { extendVia, newInstanceName } from "../chat/via.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { ChatHandler } from "../pipeline/middleware.ts";
import type { Provider, UpstreamCall, UpstreamNotes } from "../providers/provider.ts";
import { type Routes, resolveTarget } from "./target.ts";

/** Metadata that says who the caller is, and stays in the gateway. */
const identityKeys: ReadonlySet<string> = new Set(["user_id", "organization", "rate_limit_tier", "billing_account"]);

/** What a router needs. */
export interface RouterOptions extends Routes {
  /** The providers, by name, that are sent the client's metadata. Default none. */
  readonly forwardMetadata?: ReadonlySet<string> | undefined;
  /** The headers of clients, by lower-case name, that each provider is sent. Default none. */
  readonly forwardHeaders?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The gateway's own name in `via`. Default a new one. */
  readonly instance?: string | undefined;
}

/**
 * The innermost handler: finds the target of a call and asks its provider, whose stream is returned as it is. Fills `ctx.route`.
 * @throws Error when a configured model's target names a provider that is not there.
 */
export function createRouter(options: RouterOptions): ChatHandler {
  for (const [name, { provider }] of options.models) {
    if (!options.providers.has(provider)) throw new Error(`model ${name}: there is no provider ${provider}`);
  }
  const { forwardHeaders, instance = newInstanceName() } = options;
  return async (ctx) => {
    const { provider, model, unsupportedParams } = resolveTarget(options, ctx.model);
    const dropped = ctx.wire === undefined ? unserved(ctx.request, provider) : []; // bytes that may be forwarded hold nothing of Sluice's own
    const notes = beginAttempt(ctx.route, provider, model);
    notes.droppedParams = dropped;
    const lease = ctx.lease.child();
    const call: UpstreamCall = {
      callId: ctx.callId,
      model,
      requestedModel: ctx.model,
      streamed: ctx.streamed,
      wire: ctx.wire,
      forwardsWire: ctx.head.protocol === "rest",
      request: () => ctx.request,
      metadata: options.forwardMetadata?.has(provider.name) === true ? forwarded(ctx) : undefined,
      headers: headersOf(ctx.head, forwardHeaders?.get(provider.name), instance),
      unsupportedParams,
      lease,
      notes,
    };
    try {
      return await provider.chat(call);
    } catch (error) {
      lease.close(GatewayError.from(error));
      throw error;
    }
  };
}

// A reply's headers and trailers tell what was dropped.
const mostNamed = 8;
const longestNamed = 64;

/**
 * The names of other vendors' options: the first few, and of long ones the beginning.
 * @throws GatewayError `unsupported_parameter` for a template that no middleware has rendered.
 */
function unserved({ promptTemplate, extensionsJson }: Immutable<ChatCompletionRequest>, provider: Provider): string[] {
  if (promptTemplate !== undefined) {
    const message = "prompt_template: nothing in this gateway's pipeline renders templates";
    throw new GatewayError("unsupported_parameter", message, { param: "prompt_template" });
  }
  const others = Object.keys(extensionsJson).filter((vendor) => vendor !== provider.vendor);
  return others.slice(0, mostNamed).map((vendor) => `extensions.${vendor.slice(0, longestNamed)}`);
}

function forwarded({ metadata }: RequestContext): Readonly<Record<string, string>> | undefined {
  const pairs = Object.entries(metadata).filter(([key]) => !identityKeys.has(key));
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** Of a client's headers, what goes upstream. */
function headersOf({ headers }: RequestHead, names: readonly string[] = [], instance: string): Record<string, string> {
  const given = names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]]));
  return { ...Object.fromEntries(given), via: extendVia(headers.via, instance) };
}

/** Starts a new attempt in the route. What the provider notes, whenever it learns it, is the route's from then on. */
function beginAttempt(route: RouteInfo, provider: Provider, model: string): UpstreamNotes {
  route.provider = provider.name;
  route.model = model;
  route.attempts++;
  route.upstreamRequestId = "";
  return new RouteNotes(route);
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
