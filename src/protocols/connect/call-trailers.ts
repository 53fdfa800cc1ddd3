import { base64Encode } from "@bufbuild/protobuf/wire";
import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import { type RouteInfo, RouteInfoSchema } from "#gen/sluice/chat/v1/route_info_pb";
import { type Usage, UsageSchema } from "#gen/sluice/chat/v1/usage_pb";
import type { GatewayError } from "../../chat/error.ts";
import { encode, type Immutable } from "../../chat/immutable.ts";

/** Metadata after a reply, by lower-case name. */
export type Trailers = Readonly<Record<string, string>>;

/** What a reply, or the last part of one, tells of its call. */
export interface Told {
  readonly route?: Immutable<RouteInfo> | undefined;
  readonly usage?: Immutable<Usage> | undefined;
  readonly cost?: Immutable<Cost> | undefined;
}

/** Collects the trailers of a call: a method's own, and of a call that was admitted where it went, what it used and cost, how it ended. */
export class CallTrailers {
  #own: Record<string, string> | undefined;
  #final: Told | undefined;

  /** Sets one of a method's own. */
  set(name: string, value: string): void {
    this.#own ??= {};
    this.#own[name.toLowerCase()] = value;
  }

  /** Sees a reply, or a chunk of one, go by; what has a route is kept. */
  observe(told: Told): void {
    if (told.route !== undefined) this.#final = told;
  }

  /** The trailers of the call's end; `route` is taken when it failed before its final chunk. Without one it was not admitted. */
  at(error: GatewayError | undefined, route: Immutable<RouteInfo> | undefined): Trailers {
    const trailers: Record<string, string> = { ...this.#own };
    if (route === undefined) return trailers;
    const final = this.#final;
    trailers["sluice-route-bin"] = binary(encode(RouteInfoSchema, shortened(final?.route ?? route)));
    if (final?.usage !== undefined) trailers["sluice-usage-bin"] = binary(encode(UsageSchema, final.usage));
    if (final?.cost !== undefined) trailers["sluice-cost-nanousd"] = String(final.cost.totalNanoUsd);
    trailers["sluice-outcome"] = error === undefined ? "ok" : error.code;
    return trailers;
  }
}

/** A route that fits into a header field, of which clients take 8 KiB: with the first verdicts only. */
function shortened(route: Immutable<RouteInfo>): Immutable<RouteInfo> {
  return route.verdicts.length <= mostVerdicts ? route : { ...route, verdicts: route.verdicts.slice(0, mostVerdicts) };
}

const mostVerdicts = 32;

/** Bytes in a header whose name ends in `-bin`: base64 without padding, as gRPC asks of senders. */
function binary(bytes: Uint8Array): string {
  return base64Encode(bytes, "std_raw");
}
