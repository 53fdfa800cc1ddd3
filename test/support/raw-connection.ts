import { connect, type Socket } from "node:net";

/** A connection of which a test says every byte. It does not close its side when the other does, as a hostile client would not. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the connection is no more. */
  readonly closed: Promise<void>;
  /** Resolves when the other side has said that it sends no more. */
  readonly ended: Promise<void>;
  /** Whether it was broken off: what the other side said last may be lost then. */
  failed = false;
  readonly #parts: Buffer[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.socket.on("error", () => {
      this.failed = true;
    });
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    this.ended = new Promise((resolve) => this.socket.once("end", () => resolve()).once("close", () => resolve()));
    this.socket.on("data", (part: Buffer) => {
      this.#parts.push(part);
      this.#change();
    });
    void this.ended.then(() => this.#change());
  }

  write(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    return this;
  }

  /** Sends bytes; resolves when the operating system has taken them, or the connection is no more. */
  sent(bytes: Uint8Array): Promise<void> {
    return Promise.race([this.closed, new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()))]);
  }

  /** What has come so far. */
  get received(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** What has come so far, a character a byte. */
  get text(): string {
    return this.received.toString("latin1");
  }

  /** Waits until what has come fits. */
  async until(fits: (received: Buffer) => boolean): Promise<void> {
    while (!fits(this.received)) {
      if (this.socket.readableEnded || this.socket.destroyed)
        throw new Error(`the connection ended with ${JSON.stringify(this.text)}`);
      await this.#changed.promise;
    }
  }

  /** Leaves without a word. */
  leave(): void {
    this.socket.destroy();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
