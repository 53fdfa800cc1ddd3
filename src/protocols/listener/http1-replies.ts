import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * The replies that the HTTP/1.1 connections of a listener still owe. Node's own count of idle connections takes a reply for done when
 * it is written, not when it is out.
 */
export class Http1Replies {
  readonly #owed = new Map<Socket, Set<ServerResponse>>();
  #closing = false;

  /** Watches a connection, from before it is known what it speaks. */
  watch(socket: Socket): void {
    this.#owed.set(socket, new Set());
    socket.once("close", () => this.#owed.delete(socket));
  }

  /** Stops watching: the connection is not HTTP/1.1. */
  forget(socket: Socket): void {
    this.#owed.delete(socket);
  }

  /** Notes a reply that has to be given; says how many its connection owes now. */
  owe(request: IncomingMessage, response: ServerResponse): number {
    const { socket } = request;
    const owed = this.#owed.get(socket);
    if (this.#closing) response.setHeader("connection", "close");
    owed?.add(response);
    response.once("close", () => {
      owed?.delete(response);
      if (this.#closing && owed?.size === 0) socket.destroySoon();
    });
    return owed?.size ?? 0;
  }

  /** Whether a connection is in the middle of a reply, so that nothing else can be said on it. */
  isReplying(socket: Socket): boolean {
    for (const response of this.#owed.get(socket) ?? []) if (response.headersSent) return true;
    return false;
  }

  /** Closes the connections that owe nothing now, and the others when they owe nothing more. */
  close(): void {
    this.#closing = true;
    for (const [socket, owed] of this.#owed) if (owed.size === 0) socket.destroySoon();
  }
}
