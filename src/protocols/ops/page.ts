import { GatewayError } from "../../chat/error.ts";
import type { HttpIncoming, HttpOutgoing } from "../exchange.ts";

/** @throws GatewayError `method_not_allowed` for a request that wants more than to read a page. */
export function checkReads(request: HttpIncoming, response: HttpOutgoing): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  response.setHeader("allow", "GET, HEAD");
  throw new GatewayError("method_not_allowed", "this path takes GET only");
}

/** Answers with a page. */
export function writePage(response: HttpOutgoing, status: number, type: string, body: string): void {
  response.statusCode = status;
  response.setHeader("content-type", type);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body); // which leaves it out after HEAD
}
