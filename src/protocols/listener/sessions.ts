import { constants, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { type ConnectionLimits, resetAllowance } from "./limits.ts";
import { goodbyeMs } from "./say-goodbye.ts";
import { TokenBucket } from "./token-bucket.ts";

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = constants;

/** PING and SETTINGS frames, which are work and no request: clients send a few a minute to stay connected. */
const controls = { burst: 200, perSecond: 20 };
/** The answer to a PING; that to SETTINGS is smaller. */
const answerBytes = 17;
/** The last stream of a connection that is closing and still takes what is under way towards it (RFC 9113, section 6.8). */
const anyStream = 2 ** 31 - 1;
/** How long requests that are under way towards a closing connection may take to arrive. */
const lingerMs = 1000;

interface Session {
  readonly socket: Socket;
  readonly resets: TokenBucket;
  readonly controls: TokenBucket;
  streams: number;
  served: number;
  idleSince: number;
  closing: boolean;
  /** When it was last seen in use, and not about to go. */
  inUseAt: number;
  /** What had been sent when the last PING or SETTINGS came. */
  controlledAt: number;
  /** What had been sent when it was last looked at, and since when it is that much. */
  sent: number;
  quietSince: number;
  pinging: boolean;
}

/** The HTTP/2 connections of a listener: ends those that are abused, idle, or have served enough. */
export class Sessions {
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<ServerHttp2Session, Session>();
  readonly #sweeper: NodeJS.Timeout;
  #retiring = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#sweeper = setInterval(() => this.#sweep(performance.now()), Math.min(1000, limits.idleMs, limits.keepAliveMs)).unref();
  }

  /** Watches a new connection. */
  add(http2: ServerHttp2Session, socket: Socket): void {
    const now = performance.now();
    const session: Session = {
      socket,
      resets: new TokenBucket(resetAllowance, now),
      controls: new TokenBucket(controls, now),
      streams: 0,
      served: 0,
      idleSince: now,
      closing: false,
      inUseAt: now,
      controlledAt: 0,
      sent: 0,
      quietSince: now,
      pinging: false,
    };
    this.#open.set(http2, session);
    const control = () => {
      // gRPC clients measure their bandwidth with a PING for each read of a reply: one that comes after such is no flood.
      const { bytesWritten } = socket;
      const answered = bytesWritten - session.controlledAt > answerBytes;
      session.controlledAt = bytesWritten;
      if (!answered && !session.controls.take(performance.now())) abused(http2);
    };
    http2.on("error", () => undefined); // told by `close`
    http2.on("ping", control);
    http2.on("remoteSettings", control);
    http2.once("close", () => this.#open.delete(http2));
    http2.on("stream", (stream) => {
      session.streams += 1;
      session.served += 1;
      if (session.served === this.#limits.maxRequestsPerConnection) this.#retire(http2, session);
      stream.once("close", () => {
        session.streams -= 1;
        const closedAt = performance.now();
        session.idleSince = closedAt;
        const { rstCode } = stream;
        if (rstCode !== undefined && rstCode !== NGHTTP2_NO_ERROR && !session.resets.take(closedAt)) abused(http2);
      });
    });
    if (this.#retiring) this.#retire(http2, session);
  }

  /** Tells every client to go; connections end with their last stream. */
  retire(): void {
    this.#retiring = true;
    for (const [http2, session] of this.#open) this.#retire(http2, session);
  }

  /** Stops watching. */
  close(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(now: number): void {
    for (const [http2, session] of this.#open) {
      if (http2.destroyed || (http2.closed && session.streams === 0)) {
        // Node waits for its client to take what is left and to close its side too, for ever.
        if (now - session.inUseAt >= goodbyeMs) session.socket.destroy();
        continue;
      }
      session.inUseAt = now;
      if (session.streams > 0) this.#keepAlive(http2, session, now);
      else if (now - session.idleSince >= this.#limits.idleMs) http2.close();
    }
  }

  /** Asks a client that has been waiting in silence whether it is there; one that does not answer is not. */
  #keepAlive(http2: ServerHttp2Session, session: Session, now: number): void {
    const sent = session.socket.bytesWritten;
    if (sent !== session.sent) {
      session.sent = sent;
      session.quietSince = now;
    } else if (now - session.quietSince >= this.#limits.keepAliveMs) {
      if (session.pinging) http2.destroy();
      else {
        session.pinging = http2.ping(() => {
          session.pinging = false;
        });
      }
      session.quietSince = now;
    }
  }

  /** A connection that takes what is under way and nothing after: first a GOAWAY that refuses nothing, later the final one. */
  #retire(http2: ServerHttp2Session, session: Session): void {
    if (session.closing || http2.destroyed) return;
    session.closing = true;
    http2.goaway(NGHTTP2_NO_ERROR, anyStream);
    if (session.streams === 0) http2.close();
    else setTimeout(() => http2.close(), lingerMs).unref();
  }
}

function abused(http2: ServerHttp2Session): void {
  if (!http2.destroyed) http2.destroy(new Error("too many resets or control frames"), NGHTTP2_ENHANCE_YOUR_CALM);
}
