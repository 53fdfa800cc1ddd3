import type { LookupFunction } from "node:net";
import type { Secret } from "../chat/secret.ts";

/** How the configuration wants an upstream to be reached. What is absent has its default. */
export interface UpstreamSettings {
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  /** Addresses and CIDR ranges that an upstream may have although the rules of `addressRules` refuse them. */
  readonly allowAddresses?: readonly string[] | undefined;
  /** Resolves names. Default: as the system does. */
  readonly resolve?: LookupFunction | undefined;
}
