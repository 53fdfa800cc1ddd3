import type { Socket } from "node:net";

/** The connections of several listeners, counted together against one cap. */
export class ConnectionCount {
  readonly #most: number;
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get open(): number {
    return this.#open;
  }

  /** Counts a connection until it is closed; false: there are too many, and it is not counted. */
  admit(socket: Socket): boolean {
    if (this.#open >= this.#most) return false;
    this.#open += 1;
    socket.once("close", () => {
      this.#open -= 1;
    });
    return true;
  }
}
