import { constants } from "node:http2";
import type { Socket } from "node:net";
import { type HttpIncoming, type HttpOutgoing, isGone } from "./exchange.ts";

const mostBytes = 64 * 1024 * 1024;

/**
 * After an answer that did not wait for the request's body: reads on for a while and throws away what comes, because a client that
 * is still sending reads the answer only when nothing was reset; then ends what is still open. Without it an HTTP/2 client that
 * waits for credit would wait for ever. `longestMs`: how long at the most.
 */
export function finishUpload(request: HttpIncoming, response: HttpOutgoing, longestMs = 2000): void {
  if (request.readableEnded || isGone(response)) return;
  let left = mostBytes;
  const release =
    "stream" in request || ("shouldKeepAlive" in response && response.shouldKeepAlive) ? undefined : hold(request.socket);
  const stop = () => {
    if (request.readableEnded) return;
    if ("stream" in request) request.stream.close(constants.NGHTTP2_NO_ERROR);
    else request.destroy();
  };
  const timer = setTimeout(() => setImmediate(stop), longestMs).unref(); // what has arrived meanwhile is read first
  request.on("data", (part: Buffer) => {
    left -= part.length;
    if (left < 0) stop();
  });
  request.once("end", () => {
    clearTimeout(timer);
    release?.();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}

/**
 * Keeps a connection open for reading, until it is released. One that is to be closed after a reply is destroyed by Node as soon as
 * that is out: what the client still sends turns this into a reset, which can overtake the reply.
 */
function hold(socket: Socket): () => void {
  let isOver = false;
  socket.destroySoon = () => {
    isOver = true;
    socket.end();
  };
  return () => {
    Reflect.deleteProperty(socket, "destroySoon");
    if (isOver) socket.destroySoon();
  };
}
