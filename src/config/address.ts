/** A TCP address to listen on. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** A Unix socket to listen on. */
export interface UnixAddress {
  readonly path: string;
  /** Permission bits of the socket file. */
  readonly mode: number;
  /** A group by its name or number; undefined: the process's own. */
  readonly group: string | undefined;
}

/** Anywhere to listen. */
export type ListenAddress = TcpAddress | UnixAddress;

/** `host:port`, with an IPv6 host in brackets; undefined for anything else. */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** `unix:/path`, with `?mode=0660&group=app` behind it or not; undefined for anything else. Default mode 0660. */
export function parseUnixAddress(text: string): UnixAddress | undefined {
  const [, path, query = ""] = /^unix:(\/[^?\0]+)(?:\?(.*))?$/.exec(text) ?? [];
  if (path === undefined) return undefined;
  const options = new URLSearchParams(query);
  const [mode = "0660", group] = [options.get("mode") ?? undefined, options.get("group") ?? undefined];
  const known = [...options.keys()].every((key) => key === "mode" || key === "group");
  return known && /^0?[0-7]{3}$/.test(mode) && group !== "" ? { path, mode: Number.parseInt(mode, 8), group } : undefined;
}

/** `host:port` or `unix:/path…`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  return parseTcpAddress(text) ?? parseUnixAddress(text);
}

/** An address as {@link parseListenAddress} reads it. */
export function formatAddress(address: ListenAddress): string {
  if ("host" in address) return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
  const { path, mode, group } = address;
  return `unix:${path}?mode=0${mode.toString(8).padStart(3, "0")}${group === undefined ? "" : `&group=${encodeURIComponent(group)}`}`;
}

/** `host:port` as a program on this machine reaches it: a wildcard stands for loopback. */
export function reachableAddress({ host, port }: TcpAddress): string {
  return formatAddress({ host: { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host, port });
}
