import { networkInterfaces } from "node:os";
import type { ListenAddress } from "./address.ts";

const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Whether a URL leads to one of these listeners (never to a Unix socket), whichever way it writes this machine's address. Any free port (0) never matches. */
export function leadsTo(url: URL, listeners: readonly ListenAddress[]): boolean {
  const port = url.port === "" ? defaultPorts[url.protocol] : Number(url.port);
  const host = plainHost(url.hostname);
  return listeners.some((listener) => {
    if ("path" in listener) return false;
    if (listener.port === 0 || listener.port !== port) return false;
    const own = plainHost(listener.host);
    if (own === host) return true;
    if (wildcards.has(own)) return isLocal(host) || ownAddresses().has(host);
    return isLocal(own) && isLocal(host);
  });
}

/** In lower case, without brackets and the final dot; an IPv4 address in IPv6 clothing undressed. */
function plainHost(host: string): string {
  const bare = host.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(bare) ?? [];
  if (high === undefined || low === undefined) return bare.replace(/^::ffff:(?=\d+\.)/, "");
  const [h, l] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [h >> 8, h & 255, l >> 8, l & 255].join(".");
}

/** Loopback, or the address that means all: as a destination that is this machine too. */
function isLocal(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    wildcards.has(host)
  );
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address.toLowerCase())));
}
