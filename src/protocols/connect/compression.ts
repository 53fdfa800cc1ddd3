import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";

/** What the gateway decompresses, as accept-encoding headers list it. */
export const acceptedEncodings = "gzip";

const gzipAsync = promisify(gzipCallback);

/** Compresses a message. */
export function gzip(bytes: Uint8Array): Promise<Buffer> {
  return gzipAsync(bytes);
}

/** Whether a client takes gzip, by a list of encodings. A weight of zero refuses it. */
export function acceptsGzip(header: string | readonly string[] | undefined): boolean {
  return header !== undefined && /(?:^|[\s,])gzip\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))/i.test(String(header));
}
