import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type Socket } from "node:net";
import type { HttpHandler, HttpOutgoing } from "./exchange.ts";
import { Http1Replies } from "./http1-replies.ts";
import { sniff } from "./sniff.ts";

/** Where to listen, and how long a new connection may stay silent. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. Default 10 seconds. */
  readonly silentMs?: number;
}

/** A port that is open. */
export interface Listener {
  /** `host:port`, with the real port. */
  readonly address: string;
  /** Takes no new connection, lets running requests finish for up to `timeoutMs`, then closes what is left. */
  close(timeoutMs: number): Promise<void>;
}

const windowBytes = 1024 * 1024;
const maxConcurrentStreams = 1000;
const sessionWindowBytes = 16 * windowBytes;
/** Longer than the minute after which clients and load balancers drop idle connections, so that it is they who do. */
const keepAliveTimeout = 75_000;

/**
 * Opens one plaintext port for HTTP/1.1 and for HTTP/2 with prior knowledge.
 * @throws Error when the address cannot be listened on.
 */
export async function listen(options: ListenOptions, handler: HttpHandler): Promise<Listener> {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const replies = new Http1Replies();
  const http1 = createHttp1Server({ keepAliveTimeout }, (request, response) => {
    replies.owe(request, response);
    handler(request, ignoringErrors(response));
  });
  const http2 = createHttp2Server(
    {
      settings: { initialWindowSize: windowBytes, maxConcurrentStreams },
      maxSessionMemory: 64, // MiB: the session window and as much again for what is being sent
      // Against rapid resets (CVE-2023-44487). What is over it costs a client all its streams, so all may be cancelled at once, and
      // then as many a second as nghttp2 allows by itself.
      streamResetBurst: maxConcurrentStreams,
      streamResetRate: 33,
    },
    (request, response) => handler(request, ignoringErrors(response)),
  );
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setLocalWindowSize(sessionWindowBytes);
  });
  http1.emit("listening"); // without it Node never enforces the header timeouts of a server that does not listen itself

  const front = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    replies.watch(socket);
    socket.once("close", () => sockets.delete(socket));
    sniff(socket, options.silentMs ?? 10_000, (version) => {
      if (version === "1") {
        http1.emit("connection", socket);
        socket.resume();
      } else {
        replies.forget(socket);
        socket.allowHalfOpen = false; // right for HTTP/1.1 only: an HTTP/2 client that ends its side is gone
        http2.emit("connection", socket); // reads what was put back by itself
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(new Error(`cannot listen on ${nameOf(options)}: ${why(cause)}`, { cause }));
    front.once("error", fail);
    front.listen({ host: options.host, port: options.port }, () => {
      front.off("error", fail);
      front.on("error", () => undefined); // a connection that could not be accepted, for want of file descriptors
      resolve();
    });
  });
  const bound = front.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : options.port;

  return {
    address: nameOf({ host: options.host, port }),
    async close(timeoutMs) {
      const closed = new Promise((resolve) => front.close(resolve));
      replies.close();
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, timeoutMs);
      await closed;
      clearTimeout(timer);
      http1.close();
    },
  };
}

function nameOf({ host, port }: ListenOptions): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not use the port",
  EADDRINUSE: "the port is in use",
  EADDRNOTAVAIL: "this machine has no such address",
};

function why({ code = "", message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? message;
}

/** A client that is gone is told by `close`; an error beside it would end the process. */
function ignoringErrors<Response extends HttpOutgoing>(response: Response): Response {
  response.on("error", () => undefined);
  return response;
}
