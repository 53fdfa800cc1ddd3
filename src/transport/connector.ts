/// <reference path="./undici-parts.d.ts" />
import type { buildConnector } from "undici";
import connectorOf from "undici/lib/core/connect.js";
import type { AddressRules } from "./address-rules.ts";
import { guardedLookup } from "./guarded-lookup.ts";
import { tunnelThrough } from "./tunnel-through.ts";
import type { ConnectionSettings, ProxyServer, UpstreamSettings } from "./upstream-settings.ts";

/** Opens a connection to an upstream, or to the proxy that asks it. */
export type Connector = buildConnector.connector;

/** Certificates are checked whatever the environment (NODE_TLS_REJECT_UNAUTHORIZED) says. */
const secure = { rejectUnauthorized: true, minVersion: "TLSv1.2" } as const;

/** Connects to an upstream: by itself, or in a tunnel of a proxy's; there the proxy resolves the name. */
export function upstreamConnector(
  { tls, resolve }: UpstreamSettings,
  { connectTimeout, http2 }: ConnectionSettings,
  rules: AddressRules,
  proxy: ProxyServer | undefined,
): Connector {
  const options = { ...secure, ...tls, timeout: connectTimeout, allowH2: http2, preferH2: http2 };
  if (proxy !== undefined) return tunnelThrough(proxy, connectTimeout, connectorOf(options));
  return connectorOf({ ...options, lookup: guardedLookup(rules, resolve) });
}

/** Connects to a proxy that is asked for what is in the clear: its certificate, if it has one, must be its own, not the upstream's. */
export function proxyConnector({ connectTimeout }: ConnectionSettings): Connector {
  const connect = connectorOf({ ...secure, timeout: connectTimeout, allowH2: false });
  return ({ servername: _upstream, ...options }, callback) => connect(options, callback);
}
