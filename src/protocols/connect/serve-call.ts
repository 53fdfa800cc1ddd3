import { contentTypeUnaryJson, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { GatewayError } from "../../chat/error.ts";
import { isPromise } from "../../chat/maybe-promise.ts";
import type { Calls } from "../../chat/ports/calls.ts";
import { RequestHead } from "../../chat/request-head.ts";
import type { ByteBudget } from "../byte-budget.ts";
import { type HttpIncoming, type HttpOutgoing, mediaTypeOf, peerOf } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";
import type { BodyLimits } from "../read-body.ts";
import { toConnectError } from "./error-details.ts";
import type { Method } from "./method.ts";
import { readMessage } from "./read-message.ts";
import { RpcCall } from "./rpc-call.ts";
import { timeoutOf } from "./timeout.ts";
import { mediaTypes, wireOf } from "./wire.ts";

/** What calls are served with. */
export interface ServeOptions {
  readonly calls: Calls;
  /** What a request message may take, inflated. */
  readonly body: BodyLimits;
  /** What the messages of all requests may take together. Default anything. */
  readonly inFlight?: ByteBudget | undefined;
  /** The longest time limit that a client gets; longer ones are cut. Default none. */
  readonly maxTimeoutMs?: number;
}

/** Answers one call, from admission (before the first body byte) to its end. Never rejects. */
export async function serveCall(
  request: HttpIncoming,
  response: HttpOutgoing,
  method: Method,
  options: ServeOptions,
): Promise<void> {
  const { operation, streaming } = method;
  const wire = wireOf(mediaTypeOf(request), streaming);
  if (request.method !== "POST" || wire === undefined) {
    refuse(request, response, streaming);
    return;
  }
  const call = new RpcCall(wire, request, response);
  try {
    if (operation !== undefined) {
      const timeoutMs = timeoutOf(request, wire, options.maxTimeoutMs ?? Number.POSITIVE_INFINITY);
      const { headers } = request;
      const head = new RequestHead({ operation, protocol: wire.protocol, headers, peer: peerOf(request), timeoutMs });
      response.setHeader("x-request-id", head.requestId);
      response.setHeader("x-sluice-call-id", head.callId);
      const admitted = options.calls.admit(head);
      call.begin(isPromise(admitted) ? await admitted : admitted);
    }
    await method.serve(await readMessage(request, wire, options.body, options.inFlight?.open(response)), call);
  } catch (thrown) {
    call.fail(GatewayError.from(thrown));
    finishUpload(request, response);
  }
}

/**
 * Answers what is no call: with a plain HTTP status, which is all that gRPC says (PROTOCOL-HTTP2.md, "Responses"). Who does not speak
 * gRPC is told why, as a Connect error.
 */
function refuse(request: HttpIncoming, response: HttpOutgoing, streaming: boolean): void {
  let error: GatewayError;
  if (request.method !== "POST") {
    error = new GatewayError("method_not_allowed", "methods are called with POST");
    response.setHeader("allow", "POST");
  } else {
    const types = mediaTypes(streaming).join(", ");
    const kind = streaming ? "streaming" : "unary";
    error = new GatewayError("unsupported_media_type", `the content-type of this ${kind} method is one of ${types}`);
    response.setHeader("accept-post", types);
  }
  const failure = toConnectError(error);
  for (const [name, value] of failure.metadata) response.setHeader(name, value);
  response.statusCode = error.row.status;
  if (mediaTypeOf(request).startsWith("application/grpc")) response.end();
  else {
    const body = errorToJsonBytes(failure, undefined);
    response.setHeader("content-type", contentTypeUnaryJson);
    response.setHeader("content-length", body.length);
    response.end(body);
  }
  finishUpload(request, response);
}
