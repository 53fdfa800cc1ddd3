import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectSocket } from "node:net";
import type { Readable } from "node:stream";

export type HttpVersion = "1.1" | "2";

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly version: HttpVersion;
  /** Default POST. */
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The beginning of a reply. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: Headers;
}

/** A reply as it came over the wire. */
export interface WireReply extends ReplyHead {
  readonly body: Buffer;
  /** HTTP's own trailers. */
  readonly trailers: Headers;
  /** Whether HTTP says that this is all of it. */
  readonly complete: boolean;
}

interface Incoming extends ReplyHead {
  readonly body: Readable;
  trailers(): Headers;
  complete(): boolean;
}

/**
 * One HTTP request on a connection of its own (`http:`, `https:` with any certificate, or `unix:/path`), of which a test decides when it sends, reads and leaves. Nothing of the reply is read
 * before it is asked for.
 */
export class WireCall {
  /** Resolves when the server has seen the head of a request with `expect: 100-continue`. */
  readonly continued: Promise<void>;
  /** Resolves when the request's connection or HTTP/2 stream is no more. */
  readonly closed: Promise<void>;
  readonly #outgoing: ClientRequest | ClientHttp2Stream;
  readonly #session: ClientHttp2Session | undefined;
  readonly #incoming: Promise<Incoming>;
  readonly #parts: Buffer[] = [];
  #over = false;
  #changed = Promise.withResolvers<void>();

  constructor(url: string, { version, method = "POST", path, headers = {} }: WireRequest) {
    const incoming = Promise.withResolvers<Incoming>();
    incoming.promise.catch(() => undefined); // not every test waits for it
    this.#incoming = incoming.promise;
    const fail = (error: Error) => incoming.reject(error);
    if (version === "2") {
      const session = openSession(url).on("error", fail);
      const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: false });
      stream.once("response", (fields) => incoming.resolve(fromHttp2(stream, fields)));
      stream.once("close", () => session.close());
      this.#session = session;
      this.#outgoing = stream;
    } else {
      const options = { method, headers, agent: false };
      const request = url.startsWith("unix:")
        ? httpRequest({ ...options, socketPath: url.slice(5), path })
        : url.startsWith("https:")
          ? httpsRequest(url + path, { ...options, rejectUnauthorized: false })
          : httpRequest(url + path, options);
      request.once("response", (reply) => incoming.resolve(fromHttp1(reply)));
      this.#outgoing = request;
    }
    const outgoing = this.#outgoing.on("error", fail);
    this.continued = new Promise((resolve) => outgoing.once("continue", () => resolve()));
    this.closed = new Promise((resolve) => outgoing.once("close", () => resolve()));
    void this.closed.then(() => fail(new Error("the connection was closed before any reply")));
  }

  /** Sends a part of the body. */
  write(part: Uint8Array): this {
    this.#outgoing.write(part);
    return this;
  }

  /** Sends a part of the body; resolves when it has been taken, or nothing is any more. */
  sent(part: Uint8Array): Promise<void> {
    return Promise.race([this.closed, new Promise<void>((resolve) => this.#outgoing.write(part, () => resolve()))]);
  }

  /** Sends the rest of the body, and its end. */
  end(part: Uint8Array = new Uint8Array()): this {
    this.#outgoing.end(part);
    return this;
  }

  /** The status and the headers, as soon as they are there. */
  head(): Promise<ReplyHead> {
    return this.#incoming;
  }

  /** Reads the reply to its end, however that comes. Once. */
  async read(): Promise<WireReply> {
    const { status, headers, trailers, complete } = await this.#reading();
    while (!this.#over) await this.#changed.promise;
    const body = Buffer.concat(this.#parts.splice(0));
    return { status, headers, body, trailers: trailers(), complete: complete() };
  }

  /** Reads on until a text has come. */
  async until(text: string): Promise<void> {
    await this.#reading();
    while (!Buffer.concat(this.#parts).includes(text)) {
      if (this.#over) throw new Error(`the reply ended without ${text}`);
      await this.#changed.promise;
    }
  }

  /** Leaves without a word: closes the connection, or on HTTP/2 resets the stream alone. */
  leave(by: "connection" | "stream" = "connection"): void {
    const outgoing = this.#outgoing;
    if (this.#session !== undefined && by === "connection") this.#session.destroy();
    else if ("close" in outgoing && outgoing.writableEnded) outgoing.close(constants.NGHTTP2_CANCEL);
    else outgoing.destroy(new Error("gone")); // close() would end the body first
  }

  async #reading(): Promise<Incoming> {
    const incoming = await this.#incoming;
    const { body } = incoming;
    if (body.listenerCount("data") > 0) return incoming;
    body.on("data", (part: Buffer) => {
      this.#parts.push(part);
      this.#change();
    });
    const end = () => {
      this.#over = true;
      this.#change();
    };
    if (body.closed) end();
    else body.once("close", end);
    return incoming;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function openSession(url: string): ClientHttp2Session {
  const options = { maxSessionMemory: 64, rejectUnauthorized: false };
  if (!url.startsWith("unix:")) return connect(url, options);
  return connect("http://localhost", { ...options, createConnection: () => connectSocket(url.slice(5)) });
}

function fromHttp1(reply: IncomingMessage): Incoming {
  reply.on("error", () => undefined); // a cut reply is told by its being incomplete
  return {
    status: reply.statusCode ?? 0,
    headers: headersOf(reply.headers),
    body: reply,
    trailers: () => headersOf(reply.trailers),
    complete: () => reply.complete,
  };
}

function fromHttp2(stream: ClientHttp2Stream, fields: IncomingHttpHeaders): Incoming {
  let trailers = new Headers();
  let ended = false;
  stream.once("trailers", (each) => {
    trailers = headersOf(each);
  });
  stream.once("end", () => {
    ended = true;
  });
  return {
    status: Number(fields[":status"]),
    headers: headersOf(fields),
    body: stream,
    trailers: () => trailers,
    complete: () => ended && stream.rstCode === constants.NGHTTP2_NO_ERROR,
  };
}

function headersOf(fields: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  return headers;
}
