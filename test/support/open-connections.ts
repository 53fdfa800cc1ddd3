import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** The connections that servers in this process have accepted on some ports and that are open. */
export class OpenConnections {
  readonly #ports: readonly number[];
  readonly #open = new Set<Socket>();
  #receivedByClosed = 0;
  #changed = Promise.withResolvers<void>();
  readonly #note = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket }; // the channel's message
    if (!this.#ports.includes(socket.localPort ?? 0)) return;
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#receivedByClosed += socket.bytesRead;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  };

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    subscribe("net.server.socket", this.#note);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Bytes that have come over them, closed ones included. */
  get received(): number {
    let sum = this.#receivedByClosed;
    for (const { bytesRead } of this.#open) sum += bytesRead;
    return sum;
  }

  /** Resolves when there are none. */
  async none(): Promise<void> {
    while (this.#open.size > 0) await this.#changed.promise;
  }

  close(): void {
    unsubscribe("net.server.socket", this.#note);
  }
}
