import type { HttpIncoming } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { gunzip } from "./compression.ts";
import { openEnvelope, prefixBytes, unnamedCompression } from "./envelope.ts";
import { UnknownCompression } from "./rpc-fault.ts";
import type { Wire } from "./wire.ts";

/**
 * Reads a call's one request message: the body to its end, without prefix and compression, `maxBytes` at the most.
 * @throws GatewayError `request_too_large` as soon as that is sure, `invalid_request`, `unsupported_media_type`, `cancelled`.
 */
export async function readMessage(request: HttpIncoming, wire: Wire, maxBytes: number): Promise<Uint8Array> {
  const encoding = request.headers[wire.encodingHeader];
  if (encoding !== undefined && encoding !== "identity" && encoding !== "gzip") throw new UnknownCompression();
  if (!wire.enveloped) return readBody(request, maxBytes);
  const { compressed, message } = openEnvelope(await readBody(request, maxBytes, prefixBytes));
  if (!compressed) return message;
  if (encoding !== "gzip") throw unnamedCompression();
  return gunzip(message, maxBytes);
}
