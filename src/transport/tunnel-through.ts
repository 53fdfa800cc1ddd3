import type { ClientRequest, IncomingMessage } from "node:http";
import { connect as connectPlainly, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import type { Connector } from "./connector.ts";
import type { ProxyServer } from "./upstream-settings.ts";

const { request } = process.getBuiltinModule("node:http"); // see protocols/listener/http1-server.ts

/** A proxy would not, or could not, connect to the upstream. */
export class RefusedTunnel extends Error {}

/** A proxy took too long. */
class TunnelTimeout extends Error {
  readonly code = "SLUICE_TUNNEL_TIMEOUT";
}

/** Connects by a tunnel through a proxy (RFC 9110, section 9.3.6), and then as `connect` does in the tunnel, each within `timeoutMs`. */
export function tunnelThrough(proxy: ProxyServer, timeoutMs: number, connect: Connector): Connector {
  const { protocol, hostname, port } = new URL(proxy.origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  // Node's own connection would want the certificate of the request's host, which is not the proxy.
  const toProxy =
    protocol === "https:"
      ? () => connectSecurely({ host, port: Number(port || 443), rejectUnauthorized: true, minVersion: "TLSv1.2" })
      : () => connectPlainly({ host, port: Number(port || 80), noDelay: true });
  return (options, callback) => {
    const target = `${options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname}:${options.port || 443}`;
    const authorization = proxy.authorization && { "proxy-authorization": proxy.authorization.reveal() };
    const headers = { host: target, ...authorization };
    const asked: ClientRequest = request({ method: "CONNECT", path: target, headers, createConnection: toProxy });
    const timer = setTimeout(() => asked.destroy(new TunnelTimeout("the proxy took too long")), timeoutMs);
    asked.once("connect", ({ statusCode = 0 }: IncomingMessage, socket: Socket, early: Buffer) => {
      clearTimeout(timer);
      if (statusCode >= 200 && statusCode < 300 && early.length === 0) {
        connect({ ...options, httpSocket: socket }, callback);
        return;
      }
      socket.destroy();
      callback(new RefusedTunnel(`the proxy answered ${statusCode}`), null);
    });
    asked.once("error", (error) => {
      clearTimeout(timer);
      callback(error instanceof TunnelTimeout ? error : new RefusedTunnel("there is no tunnel", { cause: error }), null);
    });
    asked.end();
  };
}
