import { promisify } from "node:util";
import { gunzip as gunzipCallback, gzip as gzipCallback } from "node:zlib";
import { GatewayError } from "../../chat/error.ts";

/** What the gateway decompresses, as accept-encoding headers list it. */
export const acceptedEncodings = "gzip";

const gzipAsync = promisify(gzipCallback);
const gunzipAsync = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzipCallback);

/** Compresses a message. */
export function gzip(bytes: Uint8Array): Promise<Buffer> {
  return gzipAsync(bytes);
}

/**
 * Decompresses a message.
 * @throws GatewayError `request_too_large` when it grows over `maxBytes`, `invalid_request` when it is no gzip.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  try {
    return await gunzipAsync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      throw new GatewayError("request_too_large", `the request is larger than ${maxBytes} bytes`);
    }
    throw new GatewayError("invalid_request", "the request message is not valid gzip", { cause });
  }
}

/** Whether a client takes gzip, by a list of encodings. A weight of zero refuses it. */
export function acceptsGzip(header: string | readonly string[] | undefined): boolean {
  return header !== undefined && /(?:^|[\s,])gzip\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))/i.test(String(header));
}
