import { randomBytes } from "node:crypto";
import { GatewayError } from "./error.ts";

/** A `via` header as it came: several of them are one list. */
type ViaHeader = string | readonly string[] | undefined;

/** One gateway of ours in a `via` header: the protocol, and a pseudonym (RFC 9110, section 7.6.3). */
const ourHop = /^1\.1 (sluice-[\da-f]{16})$/;
const mostHops = 16;

/** Makes up the name of a running gateway, for `via`: random, so that it says nothing of the machine. */
export function newInstanceName(): string {
  return `sluice-${randomBytes(8).toString("hex")}`;
}

/**
 * The error `loop_detected` for a request that has been through this gateway before, or through more gateways of this kind than any
 * chain has.
 */
export function loopOf(via: ViaHeader, instance: string): GatewayError | undefined {
  if (via === undefined) return undefined;
  const hops = ourHops(via);
  if (hops.includes(instance)) return new GatewayError("loop_detected", "the request has come back to the gateway that sent it");
  if (hops.length < mostHops) return undefined;
  return new GatewayError("loop_detected", `the request has been through ${mostHops} gateways`);
}

/** The `via` of a request to an upstream: the gateways of this kind that the client's request names, and this one. */
export function extendVia(via: ViaHeader, instance: string): string {
  const hops = via === undefined ? [] : ourHops(via);
  return [...hops, instance].map((hop) => `1.1 ${hop}`).join(", ");
}

function ourHops(via: string | readonly string[]): string[] {
  return String(via)
    .split(",")
    .flatMap((hop) => ourHop.exec(hop.trim().replace(/[ \t]+/, " "))?.[1] ?? []);
}
