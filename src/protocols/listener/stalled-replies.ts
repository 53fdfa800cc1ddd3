import { constants, Http2ServerResponse } from "node:http2";
import type { HttpOutgoing } from "../exchange.ts";

interface Watched {
  /** Bytes that waited for the client at the last look. */
  waiting: number;
  /** How many looks ago it last took some. */
  looks: number;
}

const looksPerTimeout = 4;

/**
 * Cuts replies whose client takes nothing of them. Nothing is done while bytes flow: it looks a few times per timeout whether less is
 * waiting than before.
 */
export class StalledReplies {
  readonly #replies = new Map<HttpOutgoing, Watched>();
  readonly #timer: NodeJS.Timeout;

  /** `timeoutMs`: how long a client may take nothing, a quarter more at the most. */
  constructor(timeoutMs: number) {
    this.#timer = setInterval(() => this.#look(), timeoutMs / looksPerTimeout).unref();
  }

  /** Watches a reply until it is over. */
  watch(response: HttpOutgoing): void {
    const watched: Watched = { waiting: 0, looks: 0 };
    this.#replies.set(response, watched);
    response.on("drain", () => {
      watched.looks = 0; // everything was taken, whatever waits by the next look
    });
    response.once("close", () => this.#replies.delete(response));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [response, watched] of this.#replies) {
      const waiting = waitingBytes(response);
      watched.looks = waiting > 0 && waiting >= watched.waiting ? watched.looks + 1 : 0;
      watched.waiting = waiting;
      if (watched.looks > looksPerTimeout) cut(response);
    }
  }
}

/** What has been written and not been taken. Nothing, while more may be written: what waits would then say nothing of the client. */
function waitingBytes(response: HttpOutgoing): number {
  if (!response.writableEnded && !response.writableNeedDrain) return 0;
  if (response instanceof Http2ServerResponse) return response.stream.writableLength;
  return response.socket === null ? 0 : response.writableLength; // without a socket it waits behind another reply
}

function cut(response: HttpOutgoing): void {
  if (response instanceof Http2ServerResponse) response.stream.close(constants.NGHTTP2_CANCEL);
  else response.destroy();
}
