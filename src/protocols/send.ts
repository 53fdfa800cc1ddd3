import type { MaybePromise } from "../chat/maybe-promise.ts";
import { drained, type HttpOutgoing, isGone, writePart } from "./exchange.ts";

/** What goes out in one write. In one large one, a client that takes it slowly could not be told from one that takes nothing. */
const pieceBytes = 64 * 1024;

/** Sends a part of a response. A promise while the client does not read; it never rejects, and is over when the client is gone. */
export function send(response: HttpOutgoing, part: string | Uint8Array, encoding?: BufferEncoding): MaybePromise<void> {
  if (part.length > pieceBytes) return inPieces(response, bytesOf(part, encoding));
  if (!writePart(response, part, encoding)) return drained(response);
}

/** Sends the last part of a response, or all of it, and ends it. As {@link send}. */
export function sendLast(response: HttpOutgoing, part: string | Uint8Array, encoding?: BufferEncoding): MaybePromise<void> {
  if (part.length > pieceBytes) return inPieces(response, bytesOf(part, encoding)).then(() => void response.end());
  const end = response.end as (this: HttpOutgoing, part: string | Uint8Array, encoding?: BufferEncoding) => void; // as writePart
  end.call(response, part, encoding);
}

async function inPieces(response: HttpOutgoing, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length && !isGone(response); at += pieceBytes) {
    if (!writePart(response, bytes.subarray(at, at + pieceBytes))) await drained(response);
  }
}

function bytesOf(part: string | Uint8Array, encoding: BufferEncoding | undefined): Uint8Array {
  return typeof part === "string" ? Buffer.from(part, encoding) : part;
}
