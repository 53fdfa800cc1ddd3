import type { GatewayError } from "../../chat/error.ts";
import { type HttpIncoming, type HttpOutgoing, mediaTypeOf } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";
import { toConnectError } from "./error-details.ts";

/**
 * Answers what is no call with a plain HTTP status, which is all that gRPC says then (PROTOCOL-HTTP2.md, "Responses"). Who does not
 * speak gRPC is told why, in plain text: JSON would be taken for a Connect error, whose code goes before the HTTP status.
 */
export function refuseCall(request: HttpIncoming, response: HttpOutgoing, error: GatewayError): void {
  for (const [name, value] of toConnectError(error).metadata) response.setHeader(name, value);
  response.statusCode = error.row.status;
  if (mediaTypeOf(request).startsWith("application/grpc")) response.end();
  else {
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(`${error.code}: ${error.message}\n`);
  }
  finishUpload(request, response);
}
