import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { GatewayError } from "../../chat/error.ts";
import type { HttpHandler, HttpIncoming, HttpOutgoing } from "../exchange.ts";
import { refuse } from "../refuse.ts";
import { ConnectionCount } from "./connection-count.ts";
import { Http1Replies } from "./http1-replies.ts";
import { createHttp1 } from "./http1-server.ts";
import { createHttp2 } from "./http2-server.ts";
import { type ConnectionLimits, defaultLimits } from "./limits.ts";
import { Sessions } from "./sessions.ts";
import { sniff } from "./sniff.ts";
import { StalledReplies } from "./stalled-replies.ts";
import { readTls, type TlsFiles } from "./tls-files.ts";
import { TurnAway } from "./turn-away.ts";
import { bindUnix, type UnixAddress } from "./unix-socket.ts";

/** A TCP address to listen on. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** Whether other processes may listen on it too; the system spreads connections. Needs Linux or a BSD. */
  readonly reusePort?: boolean | undefined;
  readonly tls?: TlsFiles | undefined;
}

/** What a listener is opened with. */
export interface ListenOptions extends Partial<ConnectionLimits> {
  readonly at: TcpAddress | UnixAddress;
  /** Counts its connections together with other listeners'. Default: no cap. */
  readonly connections?: ConnectionCount;
}

/** A port or socket that is open. */
export interface Listener {
  /** `host:port`, with the real port, or `unix:/path`. */
  readonly address: string;
  /** Reads the certificates again; connections that are open keep theirs. @throws Error when they cannot be used: the old ones stay. */
  reloadTls(): Promise<void>;
  /** Takes no new connection, lets running requests finish for up to `timeoutMs`, then closes what is left. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Opens one port or Unix socket for HTTP/1.1 and HTTP/2: told apart by ALPN under TLS, else by their first bytes.
 * @throws Error when the address cannot be listened on or the certificates cannot be used.
 */
export async function listen(options: ListenOptions, handler: HttpHandler): Promise<Listener> {
  const limits: ConnectionLimits = { ...defaultLimits, ...options };
  const { at, connections = new ConnectionCount(Number.POSITIVE_INFINITY) } = options;
  const tls = "host" in at ? at.tls : undefined;
  const sockets = new Set<Socket>();
  const replies = new Http1Replies();
  const sessions = new Sessions(limits);
  const turnAway = new TurnAway();
  const stalled = new StalledReplies(limits.writeMs);
  const answer = (request: HttpIncoming, response: HttpOutgoing, fault: GatewayError | undefined) => {
    response.on("error", () => undefined); // a client that is gone is told by `close`; this beside it would end the process
    stalled.watch(response);
    if (fault === undefined) handler(request, response);
    else refuse(request, response, fault);
  };
  const http1 = createHttp1(limits, replies, answer);
  const serveHttp2 = createHttp2(limits, sessions, answer);

  /** Takes a connection in; false: it cannot stay. */
  const admit = (socket: Socket): boolean => {
    if (!connections.admit(socket)) return false;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    return true;
  };
  /** Hands a connection over to what serves its version. */
  const serve = (socket: Socket, version: "1" | "2") => {
    if (version === "1") {
      http1.emit("connection", socket);
      // Node's shortcut from TLS to the HTTP/1.1 parser passes what has been decrypted on to one that it has paused, which is an error.
      if (tls !== undefined) socket.on("data", () => undefined); // turns the shortcut off
      socket.resume();
      return;
    }
    replies.forget(socket);
    socket.allowHalfOpen = false; // right for HTTP/1.1 only: an HTTP/2 client that ends its side is gone
    serveHttp2(socket);
  };

  const socketOptions = { noDelay: true, keepAlive: true, allowHalfOpen: true };
  let front: Server;
  let secure: TlsServer | undefined;
  if (tls === undefined) {
    front = createServer(socketOptions, (socket) => {
      if (!admit(socket)) {
        turnAway.take(socket);
        return;
      }
      replies.watch(socket);
      sniff(socket, limits.silentMs, (version) => serve(socket, version));
    });
  } else {
    secure = createTlsServer(
      {
        ...socketOptions,
        ...(await readTls(tls)),
        ALPNProtocols: ["h2", "http/1.1"],
        handshakeTimeout: limits.silentMs,
        requestCert: tls.clientCa !== undefined,
        rejectUnauthorized: tls.clientCa !== undefined,
      },
      (socket: TLSSocket) => {
        replies.watch(socket);
        if (socket.alpnProtocol === "h2") serve(socket, "2");
        else sniff(socket, limits.silentMs, (version) => serve(socket, version));
      },
    );
    secure.on("tlsClientError", (_error, socket) => socket.destroy()); // its client has been told by TLS
    secure.on("connection", (socket: Socket) => {
      if (!admit(socket)) socket.destroy();
    });
    front = secure;
  }
  try {
    await ("host" in at ? bindTcp(front, at) : bindUnix(front, at));
  } catch (cause) {
    throw new Error(`cannot listen on ${nameOf(at)}: ${reasonOf(cause)}`, { cause });
  }
  front.on("error", () => undefined); // a connection that could not be accepted, for want of file descriptors

  return {
    address: addressOf(front, at),
    async reloadTls() {
      if (tls !== undefined) secure?.setSecureContext(await readTls(tls));
    },
    async close(timeoutMs) {
      const closed = new Promise((resolve) => front.close(resolve));
      replies.close();
      sessions.retire();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, timeoutMs);
      await closed;
      clearTimeout(timer);
      sessions.close();
      stalled.close();
      http1.close();
    },
  };
}

function bindTcp(server: Server, { host, port, reusePort = false }: TcpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, reusePort }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function addressOf(server: Server, at: TcpAddress | UnixAddress): string {
  const bound = server.address();
  return nameOf("host" in at && typeof bound === "object" && bound !== null ? { ...at, port: bound.port } : at);
}

function nameOf(at: TcpAddress | UnixAddress): string {
  if (!("host" in at)) return `unix:${at.path}`;
  return `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not use it",
  EADDRINUSE: "the port is in use",
  EADDRNOTAVAIL: "this machine has no such address",
};

function reasonOf(cause: unknown): string {
  const { code = "", message = String(cause) } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  return reasons[code] ?? message;
}
