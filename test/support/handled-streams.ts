import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerHttp2Stream } from "node:http2";

/** Counts the HTTP/2 requests that servers in this process have begun to handle, by the client's port. */
export class HandledStreams {
  readonly #counts = new Map<number, number>();
  readonly #note = (message: unknown) => {
    const { stream } = message as { readonly stream: ServerHttp2Stream }; // the channel's message
    const port = stream.session?.socket.remotePort ?? 0;
    this.#counts.set(port, this.from(port) + 1);
  };

  constructor() {
    subscribe("http2.server.stream.start", this.#note);
  }

  /** How many came from a port. */
  from(port: number | undefined): number {
    return this.#counts.get(port ?? 0) ?? 0;
  }

  close(): void {
    unsubscribe("http2.server.stream.start", this.#note);
  }
}
