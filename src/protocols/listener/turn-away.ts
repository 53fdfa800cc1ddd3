import type { Socket } from "node:net";
import { GatewayError } from "../../chat/error.ts";
import { encodeError } from "../../codec/openai/encode-error.ts";
import { goodbyeMs, sayGoodbye } from "./say-goodbye.ts";
import { sniff } from "./sniff.ts";

/** How many may wait to be told. */
const most = 256;
/** SETTINGS without any, then GOAWAY with no error and no stream: "nothing of yours was looked at" (RFC 9113, section 6.8). */
const http2Goodbye = Buffer.from("000000040000000000" + "0000080700000000000000000000000000", "hex");

/** Tells connections that there are too many of them, in the language they speak, and closes them. */
export class TurnAway {
  readonly #http1: string;
  readonly #waiting = new Set<Socket>();

  constructor() {
    const body = encodeError(new GatewayError("overloaded", "the gateway has too many connections"));
    this.#http1 = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nretry-after: 1\r\nx-should-retry: true\r\nconnection: close\r\n\r\n${body}`;
  }

  /** Takes a new connection over. When there are too many of these too, the one that has kept silent for longest is just closed. */
  take(socket: Socket): void {
    const [silent] = this.#waiting;
    if (silent !== undefined && this.#waiting.size >= most) silent.destroy();
    this.#waiting.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#waiting.delete(socket));
    sniff(socket, goodbyeMs, (version) => sayGoodbye(socket, version === "1" ? this.#http1 : http2Goodbye));
  }
}
