import { BlockList, isIP } from "node:net";
import { Secret } from "../chat/secret.ts";
import type { Environment } from "./expand.ts";

/** A proxy, as the environment names it. */
export interface NamedProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The value of `proxy-authorization`; undefined: it wants none. */
  readonly authorization: Secret | undefined;
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };
const loopback = blockList(["127.0.0.0/8", "::1/128"]);

/**
 * Says by which proxy a URL is to be reached, undefined: by none, as the environment wants it: HTTP_PROXY, HTTPS_PROXY and NO_PROXY,
 * of which the names in small letters win. This machine is never reached by a proxy.
 * @returns a function that throws an Error, which does not quote the value, for a proxy that cannot be used.
 */
export function proxyEnvironment(env: Environment): (url: URL) => NamedProxy | undefined {
  return (url) => {
    const [name, value] = variable(env, `${url.protocol.slice(0, -1)}_proxy`) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const host = plainHost(url.hostname);
    if (host === "localhost" || host.endsWith(".localhost") || contains(loopback, host)) return undefined;
    const port = url.port || defaultPorts[url.protocol] || "";
    const [noName = "", noProxy = ""] = variable(env, "no_proxy") ?? [];
    const exceptions = noProxy.split(/[\s,]+/).filter((entry) => entry !== "");
    const isDirect = exceptions.some((entry) => exception(entry, noName)(host, port));
    return isDirect ? undefined : namedProxy(name, value);
  };
}

/** A variable that is set to something, by the name that it has. */
function variable(env: Environment, name: string): readonly [name: string, value: string] | undefined {
  for (const each of [name, name.toUpperCase()]) {
    const value = env[each]?.trim();
    if (value) return [each, value];
  }
  return undefined;
}

function namedProxy(name: string, value: string): NamedProxy {
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const who = url === undefined ? undefined : decoded(`${url.username}:${url.password}`);
  if (url === undefined || who === undefined || defaultPorts[url.protocol] === undefined) {
    throw new Error(`${name} is no http:// or https:// URL`);
  }
  const authorization = who === ":" ? undefined : new Secret(`Basic ${Buffer.from(who).toString("base64")}`);
  return { origin: url.origin, authorization };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What an entry of NO_PROXY matches: `*`, a name and those below it, an address, a range; all but the last with a port if one is given. */
function exception(entry: string, name: string): (host: string, port: string) => boolean {
  if (entry === "*") return () => true;
  const [, bracketed, bare = entry, wanted] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const host = plainHost(bracketed ?? bare).replace(/^\*?\./, "");
  const onPort = (port: string) => wanted === undefined || wanted === port;
  const [address = "", length] = host.split("/");
  if (isIP(address) === 0) return (asked, port) => onPort(port) && (asked === host || asked.endsWith(`.${host}`));
  if (length !== undefined && !(Number(length) <= (isIP(address) === 6 ? 128 : 32)))
    throw new Error(`${name} has a range that is none`);
  const range = blockList([host]);
  return (asked, port) => onPort(port) && contains(range, asked);
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, "");
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", length] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(length ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return list;
}

function contains(list: BlockList, host: string): boolean {
  return isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}
