import type { Socket } from "node:net";

/** How long a connection that is told to go may take to do so. */
export const goodbyeMs = 1000;

/**
 * Sends the last bytes on a connection and closes it. What still arrives is read and thrown away for a moment: unread bytes would
 * turn the close into a reset, which can overtake the answer.
 */
export function sayGoodbye(socket: Socket, last: string | Uint8Array): void {
  const timer = setTimeout(() => socket.destroy(), goodbyeMs);
  socket.once("close", () => clearTimeout(timer));
  socket.resume();
  socket.end(last);
}
