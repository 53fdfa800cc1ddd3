import type { Socket } from "node:net";

/** The connections of several listeners, counted together against one cap, and the bytes that pass over them. */
export class ConnectionCount {
  readonly #most: number;
  readonly #open = new Set<Socket>();
  #refused = 0;
  #receivedByClosed = 0;
  #sentByClosed = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get open(): number {
    return this.#open.size;
  }

  /** How many there would have been beside those. */
  get refused(): number {
    return this.#refused;
  }

  /** Bytes that have come over them, closed ones included; TLS as it is on the wire. */
  get received(): number {
    let sum = this.#receivedByClosed;
    for (const { bytesRead } of this.#open) sum += bytesRead;
    return sum;
  }

  /** Bytes that have been given to them to send, closed ones included; TLS as it is on the wire. */
  get sent(): number {
    let sum = this.#sentByClosed;
    for (const { bytesWritten } of this.#open) sum += bytesWritten;
    return sum;
  }

  /** Counts a connection until it is closed; false: there are too many, and it is not counted. */
  admit(socket: Socket): boolean {
    if (this.#open.size >= this.#most) {
      this.#refused += 1;
      return false;
    }
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#receivedByClosed += socket.bytesRead;
      this.#sentByClosed += socket.bytesWritten;
    });
    return true;
  }
}
