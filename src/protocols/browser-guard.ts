import { GatewayError } from "../chat/error.ts";
import type { HttpIncoming, HttpOutgoing } from "./exchange.ts";

/** Which browsers' pages may talk to the gateway. */
export interface BrowserGuardOptions {
  /** Host names, with or without a port, that are answered on loopback besides localhost and loopback addresses. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may call, such as `https://app.example.com`. */
  readonly origins: readonly string[];
}

/** A list of field names (RFC 9110, section 5.6.2). */
const fieldNames = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Keeps web pages away from a gateway on the user's machine: on a loopback connection `Host` must name this machine (against DNS
 * rebinding), and a foreign `Origin` is refused unless it is listed. A filter, never an identity. Answers a listed origin's preflight.
 * @returns whether the request has been answered.
 * @throws GatewayError `permission_denied`.
 */
export function guardBrowser(request: HttpIncoming, response: HttpOutgoing, options: BrowserGuardOptions): boolean {
  if (isLoopback(request.socket?.localAddress ?? "")) checkHost(request, options);
  const { origin } = request.headers;
  if (origin === undefined) return false;
  if (!options.origins.includes(origin) && !isOwnOrigin(origin, hostOf(request))) {
    throw new GatewayError(
      "permission_denied",
      "pages of this origin may not call the gateway: list it under server.cors.origins",
    );
  }
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("vary", "origin");
  response.setHeader("access-control-expose-headers", "*");
  if (request.method !== "OPTIONS") return false;
  response.setHeader("access-control-allow-methods", "GET, POST");
  const wanted = request.headers["access-control-request-headers"] ?? "";
  response.setHeader("access-control-allow-headers", fieldNames.test(wanted) ? wanted : "content-type");
  response.setHeader("access-control-max-age", "600");
  response.statusCode = 204;
  response.end();
  return true;
}

function hostOf(request: HttpIncoming): string {
  return String(request.headers[":authority"] ?? request.headers.host ?? "");
}

function checkHost(request: HttpIncoming, { allowedHosts }: BrowserGuardOptions): void {
  const host = hostOf(request).toLowerCase();
  const name = host.replace(/:\d+$/, "");
  if (name === "" || loopbackHost.test(name)) return;
  if (allowedHosts.some((allowed) => [name, host].includes(allowed.toLowerCase()))) return;
  throw new GatewayError("permission_denied", "this Host is not the gateway's: list it under server.allowedHosts");
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

function isOwnOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
