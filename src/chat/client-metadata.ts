import { GatewayError } from "./error.ts";

/** The header that carries a client's labels of its call. */
export const metadataHeader = "x-sluice-metadata";

const maxBytes = 8192;
const maxPairs = 64;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const octets = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/**
 * The key-value pairs of an `x-sluice-metadata` header: the grammar of W3C Baggage (section 3.2.1), at most 8 KiB and 64 pairs,
 * values percent-decoded, properties (after `;`) ignored. Every key at most once.
 * @throws GatewayError `invalid_request` naming the header.
 */
export function parseMetadata(header: string): Record<string, string> {
  if (Buffer.byteLength(header) > maxBytes) throw malformed(`is longer than ${maxBytes} bytes`);
  const pairs = new Map<string, string>();
  for (const member of header.split(",")) {
    if (member.trim() === "") continue; // RFC 9110, section 5.6.1.2: empty list members are ignored
    const [pair = ""] = member.split(";", 1);
    const equals = pair.indexOf("=");
    const key = pair.slice(0, Math.max(0, equals)).trim();
    const value = pair.slice(equals + 1).trim();
    if (!token.test(key)) throw malformed("is not a list of key=value pairs");
    if (!octets.test(value)) throw malformed(`has a character in ${key} that must be percent-encoded`);
    if (pairs.has(key)) throw malformed(`has ${key} twice`);
    pairs.set(key, decode(key, value));
    if (pairs.size > maxPairs) throw malformed(`has more than ${maxPairs} pairs`);
  }
  return Object.fromEntries(pairs);
}

function decode(key: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw malformed(`has a bad percent-encoding in ${key}`);
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("invalid_request", `the header ${metadataHeader} ${what}`, { param: metadataHeader });
}
