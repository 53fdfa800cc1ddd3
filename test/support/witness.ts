import { setImmediate } from "node:timers/promises";
import { type ChatClient, chatClients } from "./chat-client.ts";

/** Somebody else's client: keeps calling a gateway, over REST and gRPC, one call at a time each, on connections of its own. */
export class Witness {
  /** How many calls were answered. */
  calls = 0;
  /** The most bytes of buffers that were in use at the end of a call. */
  mostBuffers = 0;
  readonly #clients: readonly ChatClient[];
  readonly #calling: Promise<unknown>;
  #stopping = false;

  private constructor(clients: readonly ChatClient[]) {
    this.#clients = clients;
    this.#calling = Promise.all(clients.map((client) => this.#call(client)));
    this.#calling.catch(() => undefined); // told at the end
  }

  /** Begins to call, when every client has its connection. */
  static async start(url: string): Promise<Witness> {
    const clients = chatClients.map((make) => make(url));
    for (const client of clients) await ask(client);
    return new Witness(clients);
  }

  /** Ends. @throws Error when a single call was not answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#calling;
    } finally {
      for (const client of this.#clients) client.close();
    }
  }

  async #call(client: ChatClient): Promise<void> {
    while (!this.#stopping) {
      await ask(client);
      await setImmediate(); // until then the connection of this call is not free for the next
      this.calls += 1;
      this.mostBuffers = Math.max(this.mostBuffers, process.memoryUsage().arrayBuffers);
    }
  }
}

async function ask(client: ChatClient): Promise<void> {
  const { complete, code, response } = await client.ask({ model: "demo/echo", streamed: true });
  const text = response.choices[0]?.message?.content;
  if (!complete || code !== undefined || text !== "hi") {
    throw new Error(`the witness's ${client.protocol} call was not answered: ${complete} ${code} ${text}`);
  }
}
