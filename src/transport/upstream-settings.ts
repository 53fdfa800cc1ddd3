import type { LookupFunction } from "node:net";
import type { Secret } from "../chat/secret.ts";

/** How the configuration wants an upstream to be reached. What is absent has its default. */
export interface UpstreamSettings {
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  readonly connection?: ConnectionSettings | undefined;
  readonly tls?: UpstreamTls | undefined;
  /** By which proxy a URL is to be reached; undefined: by none. Default: by none. */
  readonly proxyFor?: ((url: URL) => ProxyServer | undefined) | undefined;
  /** Addresses and CIDR ranges that an upstream may have although the rules of `addressRules` refuse them. */
  readonly allowAddresses?: readonly string[] | undefined;
  /** Resolves names. Default: as the system does. */
  readonly resolve?: LookupFunction | undefined;
}

/** What connections may take; durations in milliseconds. */
export interface ConnectionSettings {
  /** Requests that run at one time. */
  readonly maxRequests: number;
  /** Requests that wait for one of those to end. */
  readonly maxWaiting: number;
  /** Until a connection is there: name, proxy and TLS together. */
  readonly connectTimeout: number;
  /** How long a connection is kept without a request. */
  readonly idleTimeout: number;
  /** How long a connection takes new requests. */
  readonly maxAge: number;
  /** Whether HTTP/2 is used where the upstream offers it. */
  readonly http2: boolean;
}

/** Certificates, PEM. */
export interface UpstreamTls {
  /** Whose certificates are trusted, in place of the usual authorities'. */
  readonly ca?: Buffer | undefined;
  /** The certificate that is shown to the upstream. */
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** A proxy for HTTP. */
export interface ProxyServer {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The value of `proxy-authorization`; undefined: it wants none. */
  readonly authorization: Secret | undefined;
}

/** What connections take unless the configuration says otherwise: what its schema has as defaults. */
export const usualConnection: ConnectionSettings = {
  maxRequests: 10_000,
  maxWaiting: 1000,
  connectTimeout: 10_000,
  idleTimeout: 30_000,
  maxAge: 600_000,
  http2: false,
};
