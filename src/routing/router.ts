import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { ChatHandler } from "../pipeline/middleware.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import { attempts, type BeginAttempt } from "./attempt.ts";
import { type Routes, resolveTarget } from "./target.ts";

/** Metadata that says who the caller is, and stays in the gateway. */
const identityKeys: ReadonlySet<string> = new Set(["user_id", "organization", "rate_limit_tier", "billing_account"]);

/** What a router needs. */
export interface RouterOptions extends Routes {
  /** The providers, by name, that are sent the client's metadata. Default none. */
  readonly forwardMetadata?: ReadonlySet<string> | undefined;
  /** Starts the attempts. Default {@link attempts}. */
  readonly beginAttempt?: BeginAttempt;
}

/**
 * The innermost handler: finds the target of a call and asks its provider, whose stream is returned as it is. Fills `ctx.route`.
 * @throws Error when a configured model's target names a provider that is not there.
 */
export function createRouter(options: RouterOptions): ChatHandler {
  for (const [name, { provider }] of options.models) {
    if (!options.providers.has(provider)) throw new Error(`model ${name}: there is no provider ${provider}`);
  }
  const { beginAttempt = attempts() } = options;
  return async (ctx) => {
    const target = resolveTarget(options, ctx.model);
    const { provider } = target;
    const dropped = ctx.wire === undefined ? unserved(ctx.request, provider) : []; // bytes that may be forwarded hold nothing of Sluice's own
    const attempt = beginAttempt(ctx, target);
    attempt.notes.droppedParams = dropped;
    const call: UpstreamCall = {
      ...attempt,
      streamed: ctx.streamed,
      wire: ctx.wire,
      forwardsWire: ctx.head.protocol === "rest",
      request: () => ctx.request,
      metadata: options.forwardMetadata?.has(provider.name) === true ? forwarded(ctx) : undefined,
    };
    try {
      return await provider.chat(call);
    } catch (error) {
      attempt.lease.close(GatewayError.from(error));
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
export function unserved({ promptTemplate, extensionsJson }: Immutable<ChatCompletionRequest>, provider: Provider): string[] {
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
