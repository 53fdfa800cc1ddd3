import { closestName } from "../chat/closest-name.ts";
import { GatewayError } from "../chat/error.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";

/** Where a call can go: a provider, by its name in the configuration, and that provider's name of a model. */
export interface Target {
  readonly provider: string;
  readonly model: string;
  /** What to do there with parameters that the vendor does not take; undefined: what the provider is set to. */
  readonly unsupportedParams?: UpstreamCall["unsupportedParams"];
}

/** What clients may ask for. */
export interface Routes {
  /** Providers by their names in the configuration. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** The names of the configuration's `models`. They win over `provider/model`. */
  readonly models: ReadonlyMap<string, Target>;
  /** Whether `provider/model` works beside them. */
  readonly direct: boolean;
}

/** A target whose provider is there. */
export interface ResolvedTarget extends Omit<Target, "provider"> {
  readonly provider: Provider;
}

/** A reply's headers and trailers tell the model. */
const longestName = 256;

/**
 * Finds what a client's model name stands for: a configured name, else `provider/model` of at most 256 characters, split at the first slash.
 * @throws GatewayError `model_not_found`, with the name that was probably meant.
 */
export function resolveTarget(routes: Routes, name: string): ResolvedTarget {
  const slash = name.indexOf("/");
  const isDirect = routes.direct && slash > 0 && name.length <= longestName;
  const direct = isDirect ? { provider: name.slice(0, slash), model: name.slice(slash + 1) } : undefined;
  const target: Target | undefined = routes.models.get(name) ?? direct;
  const provider = target === undefined ? undefined : routes.providers.get(target.provider);
  if (target === undefined || provider === undefined || target.model === "") throw modelNotFound(name, knownNames(routes));
  return { ...target, provider };
}

/** The error for a model that is not there. */
export function modelNotFound(name: string, known: Iterable<string>): GatewayError {
  const meant = closestName(name, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return new GatewayError("model_not_found", `there is no model ${name.slice(0, 100)}${hint}`, { param: "model" });
}

function* knownNames({ models, direct, providers }: Routes): Generator<string, undefined> {
  yield* models.keys();
  if (direct) for (const provider of providers.values()) for (const { id } of provider.models()) yield `${provider.name}/${id}`;
}
