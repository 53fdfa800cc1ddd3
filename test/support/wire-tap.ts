import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between clients and a server on loopback and keeps every byte that the server sends. */
export class WireTap {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #recordings = new Set<Recording>();

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, "127.0.0.1")));
  }

  static async start(port: number): Promise<WireTap> {
    const tap = new WireTap(port);
    tap.#server.listen(0, "127.0.0.1");
    await once(tap.#server, "listening");
    return tap;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** What has come since the last call: of HTTP/1.1 everything, of HTTP/2 what DATA frames carry. */
  take(): Buffer {
    return Buffer.concat([...this.#recordings].flatMap((recording) => recording.take()));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    const recording = new Recording();
    this.#recordings.add(recording);
    server.on("data", (part: Buffer) => recording.add(part));
    client.pipe(server).pipe(client);
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      this.#sockets.add(socket.setNoDelay());
      socket.on("error", () => undefined); // either side may go at any time: its other one is told
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

const frameHead = 9;
const dataFrame = 0;

/** What a server sent on one connection. */
class Recording {
  #parts: Buffer[] = [];
  /** What of HTTP/2 is no whole frame yet; undefined: it is HTTP/1.1; null: nothing has come. */
  #rest: Buffer | undefined | null = null;

  add(part: Buffer): void {
    if (this.#rest === null) this.#rest = part.toString("latin1", 0, 1) === "H" ? undefined : Buffer.alloc(0);
    if (this.#rest === undefined) this.#parts.push(part);
    else this.#rest = this.#readFrames(Buffer.concat([this.#rest, part]));
  }

  take(): Buffer[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  /** Frames by RFC 9113, section 4.1: length, type, flags, stream, payload. */
  #readFrames(bytes: Buffer): Buffer {
    let at = 0;
    while (at + frameHead <= bytes.length) {
      const end = at + frameHead + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      if (bytes[at + 3] === dataFrame) this.#parts.push(bytes.subarray(at + frameHead, end));
      at = end;
    }
    return bytes.subarray(at);
  }
}
