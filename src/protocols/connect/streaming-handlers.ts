import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { HttpHandler, HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";

/**
 * Connect's own handlers, by path: for methods whose requests are streams. A client that goes is no error, and an answer that does not
 * wait for the rest of its request gets through. `requestMs`: how long a request may take; its stream ends with DEADLINE_EXCEEDED then.
 */
export function streamingHandlers(router: ConnectRouter, requestMs?: number): ReadonlyMap<string, HttpHandler> {
  return new Map(
    router.handlers.map((handler) => [
      handler.requestPath,
      (request, response) => {
        // Connect's own way of reading ends the connection or the stream when a handler stops reading.
        const parts = request.iterator({ destroyOnReturn: false });
        const body = requestMs === undefined ? parts : inTime(parts, requestMs, response);
        whenSent(request, response, () => finishUpload(request, response));
        handler({ ...universalRequestFromNodeRequest(request, response, undefined, undefined), body })
          .then((reply) => universalResponseToNodeResponse(reply, response))
          .catch(() => response.destroy());
      },
    ]),
  );
}

/** The parts of a request; waiting for one fails when the request has taken too long. */
function inTime<T>(parts: AsyncIterator<T, unknown>, ms: number, response: HttpOutgoing): AsyncIterable<T> {
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined); // nobody may be waiting
  const message = `the request took longer than ${ms / 1000} s`;
  const timer = setTimeout(() => late.reject(new ConnectError(message, Code.DeadlineExceeded)), ms);
  response.once("close", () => clearTimeout(timer));
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.race([parts.next(), late.promise]) }) };
}

/** Calls back when a response has been handed over to the system. HTTP/2's own `finish` comes only when the request has ended too. */
function whenSent(request: HttpIncoming, response: HttpOutgoing, callback: () => void): void {
  if ("stream" in request) request.stream.once("finish", callback);
  else response.once("finish", callback);
}
