import type { ByteAccount } from "../byte-budget.ts";
import type { HttpIncoming } from "../exchange.ts";
import { type BodyLimits, inflate, readBody } from "../read-body.ts";
import { openEnvelope, prefixBytes, unnamedCompression } from "./envelope.ts";
import { GetQuery } from "./get-query.ts";
import { UnknownCompression } from "./rpc-fault.ts";
import type { Wire } from "./wire.ts";

/**
 * Reads a call's one request message: the body to its end, or what a GET has in its query, without prefix and compression, within
 * its limits.
 * @throws GatewayError `request_too_large` as soon as that is sure, `overloaded`, `invalid_request`, `unsupported_media_type`, `cancelled`.
 */
export async function readMessage(
  request: HttpIncoming,
  wire: Wire,
  limits: BodyLimits,
  account?: ByteAccount,
): Promise<Uint8Array> {
  const query = request.method === "GET" ? new GetQuery(request) : undefined;
  const encoding = query === undefined ? request.headers[wire.encodingHeader] : query.compression;
  if (encoding !== undefined && encoding !== "identity" && encoding !== "gzip") throw new UnknownCompression();
  if (query !== undefined) return encoding === "gzip" ? inflate(query.message, limits.maxBytes, account) : query.message;
  if (!wire.enveloped) return readBody(request, limits, account);
  const { compressed, message } = openEnvelope(await readBody(request, { ...limits, framingBytes: prefixBytes }, account));
  if (!compressed) return message;
  if (encoding !== "gzip") throw unnamedCompression();
  return inflate(message, limits.maxBytes, account);
}
