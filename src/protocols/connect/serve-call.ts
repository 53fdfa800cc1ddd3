import { GatewayError } from "../../chat/error.ts";
import { isPromise } from "../../chat/maybe-promise.ts";
import type { Calls } from "../../chat/ports/calls.ts";
import { RequestHead } from "../../chat/request-head.ts";
import type { ByteBudget } from "../byte-budget.ts";
import { type HttpIncoming, type HttpOutgoing, mediaTypeOf, peerOf } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";
import type { BodyLimits } from "../read-body.ts";
import { type Describe, toConnectError } from "./error-details.ts";
import { GetQuery } from "./get-query.ts";
import type { Method } from "./method.ts";
import { readMessage } from "./read-message.ts";
import { refuseCall } from "./refuse-call.ts";
import { RpcCall } from "./rpc-call.ts";
import { timeoutOf } from "./timeout.ts";
import { mediaTypes, type Wire, wireOf } from "./wire.ts";

/** What calls are served with. */
export interface ServeOptions {
  readonly calls: Calls;
  /** What a request message may take, inflated. */
  readonly body: BodyLimits;
  /** What the messages of all requests may take together. Default anything. */
  readonly inFlight?: ByteBudget | undefined;
  /** The longest time limit that a client gets; longer ones are cut. Default none. */
  readonly maxTimeoutMs?: number;
  /** How an error is written. Default `toConnectError`. */
  readonly describe?: Describe;
}

/** Answers one call, from admission (before the first body byte) to its end. Never rejects. */
export async function serveCall(
  request: HttpIncoming,
  response: HttpOutgoing,
  method: Method,
  options: ServeOptions,
): Promise<void> {
  const { operation } = method;
  let wire: Wire;
  try {
    wire = wireOfCall(request, response, method);
  } catch (thrown) {
    refuseCall(request, response, GatewayError.from(thrown));
    return;
  }
  const call = new RpcCall(wire, request, response, options.describe ?? toConnectError);
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

/** @throws GatewayError `method_not_allowed`, `unsupported_media_type` when the request is no call of the method. */
function wireOfCall(request: HttpIncoming, response: HttpOutgoing, { safe, streaming }: Method): Wire {
  if (request.method !== "POST" && !(safe && request.method === "GET")) {
    response.setHeader("allow", safe ? "GET, POST" : "POST");
    throw new GatewayError(
      "method_not_allowed",
      safe ? "the method is called with GET or POST" : "the method is called with POST",
    );
  }
  const wire = wireOf(request.method === "GET" ? new GetQuery(request).mediaType : mediaTypeOf(request), streaming);
  if (wire !== undefined) return wire;
  if (request.method === "GET") throw new GatewayError("unsupported_media_type", "the query's encoding is proto or json");
  const types = mediaTypes(streaming).join(", ");
  const kind = streaming ? "streaming" : "unary";
  response.setHeader("accept-post", types);
  throw new GatewayError("unsupported_media_type", `the content-type of this ${kind} method is one of ${types}`);
}
