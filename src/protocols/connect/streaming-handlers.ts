import type { ConnectRouter } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { HttpHandler, HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { finishUpload } from "../finish-upload.ts";

/**
 * Connect's own handlers, by path: for methods whose requests are streams. A client that goes is no error, and an answer that does not
 * wait for the rest of its request gets through.
 */
export function streamingHandlers(router: ConnectRouter): ReadonlyMap<string, HttpHandler> {
  return new Map(
    router.handlers.map((handler) => [
      handler.requestPath,
      (request, response) => {
        // Connect's own way of reading ends the connection or the stream when a handler stops reading.
        const body = request.iterator({ destroyOnReturn: false });
        whenSent(request, response, () => finishUpload(request, response));
        handler({ ...universalRequestFromNodeRequest(request, response, undefined, undefined), body })
          .then((reply) => universalResponseToNodeResponse(reply, response))
          .catch(() => response.destroy());
      },
    ]),
  );
}

/** Calls back when a response has been handed over to the system. HTTP/2's own `finish` comes only when the request has ended too. */
function whenSent(request: HttpIncoming, response: HttpOutgoing, callback: () => void): void {
  if ("stream" in request) request.stream.once("finish", callback);
  else response.once("finish", callback);
}
