import { parseTimeout as parseConnectTimeout } from "@connectrpc/connect/protocol-connect";
import { parseTimeout as parseGrpcTimeout } from "@connectrpc/connect/protocol-grpc";
import { GatewayError } from "../../chat/error.ts";
import type { HttpIncoming } from "../exchange.ts";
import type { Wire } from "./wire.ts";

/**
 * The client's time limit in milliseconds (`connect-timeout-ms`, `grpc-timeout`), cut to the longest that is granted.
 * @throws GatewayError `invalid_request`; `deadline_exceeded` when it is over, which clients say with a zero.
 */
export function timeoutOf(request: HttpIncoming, wire: Wire, maxTimeoutMs: number): number | undefined {
  const name = wire.timeoutHeader;
  const value = request.headers[name];
  if (value === undefined) return undefined;
  const parse = wire.protocol === "connect" ? parseConnectTimeout : parseGrpcTimeout;
  const { timeoutMs } = parse(String(value), Number.POSITIVE_INFINITY);
  if (timeoutMs === undefined) throw new GatewayError("invalid_request", `${name}: not a timeout`, { param: name });
  if (timeoutMs === 0) throw new GatewayError("deadline_exceeded", `${name}: the time was up when the call came`);
  return Math.min(timeoutMs, maxTimeoutMs);
}
