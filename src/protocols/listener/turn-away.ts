import type { Socket } from "node:net";
import { GatewayError } from "../../chat/error.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { sniff } from "./sniff.ts";

/** How long a connection that cannot stay may take to say what it speaks, so that it can be told in that language. */
const patienceMs = 1000;
/** How many may wait to be told; the others are closed at once. */
const most = 256;
/** SETTINGS without any, then GOAWAY with no error and no stream: "nothing of yours was looked at" (RFC 9113, section 6.8). */
const http2Goodbye = Buffer.from("000000040000000000" + "0000080700000000000000000000000000", "hex");

/** Tells connections that there are too many of them, and closes them. */
export class TurnAway {
  readonly #http1: string;
  #waiting = 0;

  constructor() {
    const body = encodeError(new GatewayError("overloaded", "the gateway has too many connections"));
    this.#http1 = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nretry-after: 1\r\nx-should-retry: true\r\nconnection: close\r\n\r\n${body}`;
  }

  /** Takes a new connection over. */
  take(socket: Socket): void {
    if (this.#waiting >= most) {
      socket.destroy();
      return;
    }
    this.#waiting += 1;
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#waiting -= 1;
    });
    sniff(socket, patienceMs, (version) => {
      const timer = setTimeout(() => socket.destroy(), patienceMs);
      socket.once("close", () => clearTimeout(timer));
      socket.resume(); // unread bytes would turn the close into a reset, which can overtake the answer
      socket.end(version === "1" ? this.#http1 : http2Goodbye);
    });
  }
}
