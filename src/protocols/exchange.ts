import type { IncomingMessage, ServerResponse } from "node:http";
import { type Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Peer } from "../chat/request-head.ts";
import { certificateNamesOf } from "./certificate-names.ts";

/** A request of either HTTP version. */
export type HttpIncoming = IncomingMessage | Http2ServerRequest;

/** A response of either HTTP version. `close` tells that it is out, or that its client is gone. */
export type HttpOutgoing = ServerResponse | Http2ServerResponse;

/** Answers a request of either HTTP version. Must not throw. */
export type HttpHandler = (request: HttpIncoming, response: HttpOutgoing) => void;

/** Where a request came from. */
export function peerOf(request: HttpIncoming): Peer {
  const { socket } = request;
  const address = socket?.remoteAddress ?? "";
  if ((socket as { readonly encrypted?: unknown })?.encrypted !== true) return { address, tls: false };
  const certificateNames = certificateNamesOf(socket as TLSSocket); // it is encrypted
  return certificateNames === undefined ? { address, tls: true } : { address, tls: true, certificateNames };
}

/** The path of a request, without its query. */
export function pathOf(request: HttpIncoming): string {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** The media type of a request's body in lower case, without parameters; empty when it names none. */
export function mediaTypeOf(request: HttpIncoming): string {
  const type = request.headers["content-type"] ?? "";
  const end = type.indexOf(";");
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** Writes a part of a response of either version. False: wait for `drain`. */
export function writePart(response: HttpOutgoing, part: string | Uint8Array, encoding?: BufferEncoding): boolean {
  // Both classes take the same arguments; their overloads differ too much for a call through the union.
  const write = response.write as (this: HttpOutgoing, part: string | Uint8Array, encoding?: BufferEncoding) => boolean;
  return write.call(response, part, encoding);
}

/** Waits until a response takes more, or is gone. */
export function drained(response: HttpOutgoing): Promise<void> {
  return new Promise((resolve) => {
    if (isGone(response)) return resolve();
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

/** Whether nothing can be sent any more: the client is gone, or the response is out. */
export function isGone(response: HttpOutgoing): boolean {
  if (response instanceof Http2ServerResponse) return response.stream.destroyed || response.stream.closed;
  // Without a socket an HTTP/1.1 response waits behind another one of its connection.
  return response.destroyed || response.socket?.destroyed === true;
}
