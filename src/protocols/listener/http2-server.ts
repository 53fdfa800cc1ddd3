import { createServer, type Http2Server } from "node:http2";
import type { HttpHandler } from "../exchange.ts";
import { type ConnectionLimits, resetAllowance } from "./limits.ts";
import type { Sessions } from "./sessions.ts";

const windowBytes = 1024 * 1024;
const sessionWindowBytes = 16 * windowBytes;

/** An HTTP/2 server that is given its connections. `sessions` keeps each of them within its limits. */
export function createHttp2(limits: ConnectionLimits, sessions: Sessions, handler: HttpHandler): Http2Server {
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
    handler,
  );
  server.on("session", (session) => {
    session.setLocalWindowSize(sessionWindowBytes);
    sessions.add(session);
  });
  return server;
}
