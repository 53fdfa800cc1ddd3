import { createGunzip, type Gunzip } from "node:zlib";
import { GatewayError } from "../chat/error.ts";
import type { HttpIncoming } from "./exchange.ts";

/**
 * Reads a request's body to its end, inflating gzip, with a cap on what comes out: `maxBytes`, and `framingBytes` around them.
 * @throws GatewayError `request_too_large` as soon as the cap is passed; `unsupported_media_type` for another encoding;
 *   `invalid_request` for a broken one; `cancelled` when the client goes.
 */
export async function readBody(request: HttpIncoming, maxBytes: number, framingBytes = 0): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes + framingBytes) throw tooLarge(maxBytes);
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity") return collect(request, maxBytes, framingBytes);
  if (encoding !== "gzip") {
    throw new GatewayError("unsupported_media_type", "content-encoding: only gzip and identity are supported");
  }
  const inflated = request.pipe(createGunzip());
  request.once("close", () => {
    if (!request.readableEnded) inflated.destroy();
  });
  try {
    return await collect(inflated, maxBytes, framingBytes);
  } finally {
    request.unpipe(inflated);
    inflated.destroy();
  }
}

function collect(source: HttpIncoming | Gunzip, maxBytes: number, framingBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let over = false;
    const fail = (error: GatewayError) => {
      over = true;
      source.off("data", take);
      reject(error);
    };
    const take = (part: Buffer) => {
      size += part.length;
      if (size > maxBytes + framingBytes) fail(tooLarge(maxBytes));
      else parts.push(part);
    };
    source.on("data", take);
    source.once("end", () => {
      over = true;
      resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size));
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

function gone(cause?: Error): GatewayError {
  return new GatewayError("cancelled", "the client went before its request was complete", { cause });
}

function bodyError(cause: Error): GatewayError {
  if (!("code" in cause && String(cause.code).startsWith("Z_"))) return gone(cause);
  return new GatewayError("invalid_request", "the body is not valid gzip", { cause });
}
