import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { GatewayError } from "../../chat/error.ts";
import { type ConnectionLimits, resetAllowance } from "./limits.ts";
import type { Sessions } from "./sessions.ts";

const windowBytes = 1024 * 1024;
const sessionWindowBytes = 16 * windowBytes;

/** Answers a request; given a fault, with that. */
type Http2Handler = (request: Http2ServerRequest, response: Http2ServerResponse, fault: GatewayError | undefined) => void;

/** An HTTP/2 server: what is to be given its connections. `sessions` keeps each of them within its limits. */
export function createHttp2(limits: ConnectionLimits, sessions: Sessions, handler: Http2Handler): (socket: Socket) => void {
  const server = createServer(
    {
      settings: {
        enablePush: false,
        initialWindowSize: windowBytes,
        maxConcurrentStreams: limits.maxStreamsPerConnection,
        maxHeaderListSize: limits.maxHeaderBytes,
      },
      maxSessionMemory: 64, // MiB: the session window and as much again for what is being sent
      streamResetBurst: resetAllowance.burst,
      streamResetRate: resetAllowance.perSecond,
    },
    (request, response) => handler(request, response, faultOf(request, limits)),
  );
  let connecting: Socket;
  server.on("session", (session: ServerHttp2Session) => {
    session.setLocalWindowSize(sessionWindowBytes);
    sessions.add(session, connecting); // its own `socket` can neither be destroyed nor be asked when it is gone
  });
  return (socket) => {
    connecting = socket;
    server.emit("connection", socket); // makes the session at once, and reads what was put back by itself
  };
}

/** nghttp2 holds clients to a setting only when they have said that they know it, which they may never do. */
function faultOf({ stream, rawHeaders }: Http2ServerRequest, { maxHeaderBytes }: ConnectionLimits): GatewayError | undefined {
  if (stream.session?.pendingSettingsAck !== true) return undefined;
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length;
  return bytes > maxHeaderBytes ? new GatewayError("invalid_request", "the request's head is too large") : undefined;
}
