import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { GatewayError } from "../../chat/error.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import type { Http1Replies } from "./http1-replies.ts";
import type { ConnectionLimits } from "./limits.ts";
import { goodbyeMs, sayGoodbye } from "./say-goodbye.ts";

const { createServer } = process.getBuiltinModule("node:http"); // `import` reads all of its exports, one of which loads fetch: 13 MiB

/** Answers a request; given a fault, with that. */
type Http1Handler = (request: IncomingMessage, response: ServerResponse, fault: GatewayError | undefined) => void;

/**
 * An HTTP/1.1 server that is given its connections. Beside Node's own strictness (RFC 9112: no Content-Length with
 * Transfer-Encoding, no bare line feeds, no folded lines) it refuses other versions, TRACE, two Host fields, and more requests at one
 * time than an HTTP/2 connection may have.
 */
export function createHttp1(limits: ConnectionLimits, replies: Http1Replies, handler: Http1Handler): Server {
  /** How many requests a connection may still send. After a refused one it is none: what was sent after it is no request. */
  const requestsLeft = new WeakMap<Socket, number>();
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.headersMs + limits.bodyMs + goodbyeMs, // after who reads the body has given up and answered
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: false, // refused here, as the other faults are
    },
    (request, response) => {
      const { socket } = request;
      const left = (requestsLeft.get(socket) ?? limits.maxRequestsPerConnection) - 1;
      if (left < 0) return;
      const owed = replies.owe(request, response);
      const fault = owed > limits.maxStreamsPerConnection ? tooMany() : faultOf(request);
      requestsLeft.set(socket, fault === undefined ? left : 0);
      if (fault !== undefined || left === 0) response.setHeader("connection", "close");
      handler(request, response, fault);
    },
  );
  server.maxHeadersCount = 0; // or Node leaves out the fields after the first 2,000; how large the head may be is enough
  server.on("clientError", (error: ClientError, socket: Socket) => {
    if (socket.writableEnded) return; // it has been told, and still sends
    if (!socket.writable || replies.isReplying(socket) || !speaksHttp(error)) socket.destroy();
    else sayGoodbye(socket, brokenRequest(error.code ?? ""));
  });
  server.emit("listening"); // without it Node never enforces the timeouts of a server that does not listen itself
  return server;
}

/** What is wrong with what came, and the bytes in which that shows. */
interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** Whether a client may understand an answer: not when it began with no request at all, such as a broken preface of HTTP/2. */
function speaksHttp({ code, rawPacket }: ClientError): boolean {
  return code !== "HPE_INVALID_METHOD" || rawPacket?.includes("HTTP/") === true;
}

/** Requests that were sent without waiting for the replies before theirs (RFC 9112, section 9.3.2). */
function tooMany(): GatewayError {
  return new GatewayError("overloaded", "too many requests at one time on this connection", { retryAfterMs: 1000 });
}

/** What Node's parser lets pass. */
function faultOf({ httpVersion, method, rawHeaders }: IncomingMessage): GatewayError | undefined {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return new GatewayError("invalid_request", "not an HTTP/1 request");
  if (method === "TRACE") return new GatewayError("method_not_allowed", "TRACE is not served");
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === "host") hosts += 1;
  if (hosts > 1) return new GatewayError("invalid_request", "the request has more than one Host field");
  return hosts === 0 && httpVersion === "1.1" ? new GatewayError("invalid_request", "the request has no Host field") : undefined;
}

/** The whole answer to bytes that are no request, or that do not become one in time. */
function brokenRequest(code: string): string {
  const [status, message] =
    code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "the request's head is too large"]
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "the request did not arrive in time"]
        : ["400 Bad Request", "not a well-formed HTTP/1.1 request"];
  const body = encodeError(new GatewayError("invalid_request", message));
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nx-should-retry: false\r\nconnection: close\r\n\r\n${body}`;
}
