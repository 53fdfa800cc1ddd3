import { createGunzip, type Gunzip } from "node:zlib";
import { GatewayError } from "../chat/error.ts";
import type { ByteAccount } from "./byte-budget.ts";
import type { HttpIncoming } from "./exchange.ts";

/** What is inflated at one time. Small, so that a bomb is noticed before it is large; four times Node's own, which takes twice as long. */
const stepBytes = 64 * 1024;

/** What a request's body may take. */
export interface BodyLimits {
  /** The longest body, inflated. */
  readonly maxBytes: number;
  /** So many more may be around it, which do not count. Default none. */
  readonly framingBytes?: number | undefined;
  /** How long it may take to arrive, in milliseconds. Default for ever. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Reads a request's body to its end, inflating gzip, within its limits and what `account` has room for. What was read of a body
 * that fails is let go at once.
 * @throws GatewayError `request_too_large` as soon as the cap is passed; `overloaded` when there is no room for it;
 *   `unsupported_media_type` for another encoding; `invalid_request` for a broken one, or one that takes too long; `cancelled` when
 *   the client goes.
 */
export async function readBody(request: HttpIncoming, limits: BodyLimits, account?: ByteAccount): Promise<Buffer> {
  const { maxBytes } = limits;
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > maxBytes + (limits.framingBytes ?? 0)) throw tooLarge(maxBytes);
  if (account?.fits(declared) === false) throw noRoom();
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity") return collect(request, limits, account);
  if (encoding !== "gzip") {
    throw new GatewayError("unsupported_media_type", "content-encoding: only gzip and identity are supported");
  }
  const inflated = request.pipe(createGunzip({ chunkSize: stepBytes }));
  let deflated = 0;
  const count = (part: Buffer) => {
    deflated += part.length; // gzip may be long and inflate to nothing
    if (deflated > maxBytes) inflated.destroy(tooLarge(maxBytes));
  };
  request.on("data", count);
  request.once("close", () => {
    if (!request.readableEnded) inflated.destroy();
  });
  try {
    return await collect(inflated, limits, account);
  } finally {
    request.off("data", count);
    request.unpipe(inflated);
    inflated.destroy();
  }
}

/**
 * Inflates gzip that is there as a whole, within its limits and what `account` has room for.
 * @throws GatewayError `request_too_large` as soon as the cap is passed; `overloaded`; `invalid_request`.
 */
export async function inflate(bytes: Uint8Array, maxBytes: number, account?: ByteAccount): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  const inflated = createGunzip({ chunkSize: stepBytes });
  inflated.end(bytes);
  try {
    return await collect(inflated, { maxBytes }, account);
  } finally {
    inflated.destroy();
  }
}

function collect(
  source: HttpIncoming | Gunzip,
  { maxBytes, framingBytes = 0, timeoutMs }: BodyLimits,
  account: ByteAccount | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let over = false;
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => fail(tooSlow(timeoutMs)), timeoutMs);
    const fail = (error: GatewayError) => {
      over = true;
      clearTimeout(timer);
      source.off("data", take);
      parts.length = 0; // the source, which may still be drained, holds on to its listeners and so to these
      account?.close();
      reject(error);
    };
    const take = (part: Buffer) => {
      size += part.length;
      if (size > maxBytes + framingBytes) fail(tooLarge(maxBytes));
      else if (account?.take(part.length) === false) fail(noRoom());
      else parts.push(part);
    };
    source.on("data", take);
    source.once("end", () => {
      over = true;
      clearTimeout(timer);
      resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size));
      parts.length = 0;
    });
    source.once("error", (cause) => fail(bodyError(cause)));
    source.once("close", () => {
      if (!over) fail(gone()); // before the `end` that HTTP/2 gives to a body that was cut, too
    });
  });
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError("request_too_large", `the request is larger than ${maxBytes} bytes`);
}

function tooSlow(timeoutMs: number): GatewayError {
  return new GatewayError("invalid_request", `the request's body did not arrive within ${timeoutMs / 1000} s`);
}

function noRoom(): GatewayError {
  return new GatewayError("overloaded", "the gateway has no room for another request of this size", { retryAfterMs: 1000 });
}

function gone(cause?: Error): GatewayError {
  return new GatewayError("cancelled", "the client went before its request was complete", { cause });
}

function bodyError(cause: Error): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (!("code" in cause && String(cause.code).startsWith("Z_"))) return gone(cause);
  return new GatewayError("invalid_request", "the body is not valid gzip", { cause });
}
