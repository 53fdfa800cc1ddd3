import type { Socket } from "node:net";

/** The connection preface of HTTP/2 with prior knowledge (RFC 9113, section 3.4). */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/**
 * Reads a new connection until its bytes leave or complete the preface of HTTP/2, puts back what was read, and says which version it
 * speaks; the socket is paused then. A connection that has not said enough within `silentMs`, or ends before, is closed.
 */
export function sniff(socket: Socket, silentMs: number, found: (version: "1" | "2") => void): void {
  let read: Buffer = Buffer.alloc(0);
  const take = (part: Buffer) => {
    read = read.length === 0 ? part : Buffer.concat([read, part]);
    const known = Math.min(read.length, preface.length);
    if (!read.subarray(0, known).equals(preface.subarray(0, known))) decide("1");
    else if (read.length >= preface.length) decide("2");
  };
  const decide = (version: "1" | "2") => {
    clearTimeout(timer);
    socket.off("data", take).off("end", giveUp).off("error", giveUp).off("close", giveUp);
    socket.pause();
    socket.unshift(read);
    found(version);
  };
  const giveUp = () => {
    clearTimeout(timer);
    socket.destroy();
  };
  const timer = setTimeout(giveUp, silentMs);
  socket.on("data", take).on("end", giveUp).on("error", giveUp).on("close", giveUp);
}
