import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** An upstream of which a test writes every byte: it reads requests with small bodies, and answers each as it is told. */
export class RawUpstream {
  /** The requests so far, each as it came. */
  readonly requests: string[] = [];
  /** How many connections have been opened. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: (socket: Socket, at: number) => void) {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => undefined).once("close", () => this.#sockets.delete(socket));
      let read = "";
      socket.on("data", (part) => {
        read += part.toString("latin1");
        const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(read) ?? [];
        const head = read.indexOf("\r\n\r\n");
        if (head < 0 || read.length < head + 4 + Number(length)) return;
        this.requests.push(read);
        read = "";
        answer(socket, this.requests.length - 1);
      });
    });
  }

  /** Starts one; `answer` gets the number of the request, from 0. */
  static async start(answer: (socket: Socket, at: number) => void): Promise<RawUpstream> {
    const upstream = new RawUpstream(answer);
    upstream.#server.listen(0, "127.0.0.1");
    await once(upstream.#server, "listening");
    return upstream;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on TCP
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when no connection is open. */
  async idle(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, "close")));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
