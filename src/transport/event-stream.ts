import { crc32 } from "node:zlib";
import { GatewayError } from "../chat/error.ts";
import { type EventStreamHeaders, readEventStreamHeaders } from "./event-stream-headers.ts";

/** Takes one message of an event stream: its headers by name, and its payload, which is valid during the call only. */
export type EventStreamSink = (headers: EventStreamHeaders, payload: Buffer) => void;

const preludeBytes = 12;
const trailerBytes = 4;
const maxMessageBytes = 4 * 1024 * 1024;
const maxHeaderBytes = 128 * 1024;

/**
 * Cuts a stream of AWS's binary messages (`application/vnd.amazon.eventstream`,
 * https://smithy.io/2.0/aws/amazon-eventstream.html) into messages, wherever the reads are cut, without copying where a message lies
 * whole in one read. Both checksums are compared. A message that its stream does not finish is not given.
 */
export class EventStreamFrames {
  readonly #sink: EventStreamSink;
  /** A message whose end has not come, or only its prelude while that is not whole. */
  #partial: Buffer = Buffer.alloc(0);
  #filled = 0;
  #encodedHeaders: Buffer = Buffer.alloc(0);
  #headers: EventStreamHeaders = new Map();

  /** `sink` gets the messages one by one, while the read that completes them is pushed. */
  constructor(sink: EventStreamSink) {
    this.#sink = sink;
  }

  /** Whether the stream stands between two messages. */
  get between(): boolean {
    return this.#filled === 0;
  }

  /**
   * Takes the next read.
   * @throws GatewayError `upstream_error` for a wrong checksum, a malformed message or one of more than 4 MiB; what the sink throws.
   * Neither can go on then.
   */
  push(read: Buffer): void {
    let at = this.#filled === 0 ? 0 : this.#complete(read);
    while (at < read.length) {
      const left = read.length - at;
      const length = left < preludeBytes ? preludeBytes : messageLength(read, at);
      if (left < length) {
        this.#begin(read.subarray(at), length);
        return;
      }
      this.#message(read, at, length);
      at += length;
    }
  }

  #begin(piece: Buffer, length: number): void {
    this.#partial = Buffer.allocUnsafe(length);
    this.#filled = piece.copy(this.#partial);
  }

  /** Adds to the message that has begun; gives how much of the read it took. */
  #complete(read: Buffer): number {
    let at = this.#fill(read, 0);
    if (this.#filled < this.#partial.length) return at;
    if (this.#filled === preludeBytes) {
      this.#begin(this.#partial, messageLength(this.#partial, 0));
      at += this.#fill(read, at);
      if (this.#filled < this.#partial.length) return at;
    }
    this.#filled = 0;
    this.#message(this.#partial, 0, this.#partial.length);
    return at;
  }

  #fill(read: Buffer, from: number): number {
    const taken = read.copy(this.#partial, this.#filled, from);
    this.#filled += taken;
    return taken;
  }

  #message(bytes: Buffer, start: number, length: number): void {
    const end = start + length - trailerBytes;
    if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32BE(end)) throw malformed("a wrong message checksum");
    const payloadStart = start + preludeBytes + bytes.readUInt32BE(start + 4);
    this.#sink(this.#headersOf(bytes, start + preludeBytes, payloadStart), bytes.subarray(payloadStart, end));
  }

  /** The headers of most messages are those of the one before. */
  #headersOf(bytes: Buffer, start: number, end: number): EventStreamHeaders {
    const encoded = bytes.subarray(start, end);
    if (this.#encodedHeaders.equals(encoded)) return this.#headers;
    const headers = readEventStreamHeaders(bytes, start, end);
    if (headers === undefined) throw malformed("malformed headers");
    this.#encodedHeaders = Buffer.from(encoded);
    this.#headers = headers;
    return headers;
  }
}

/** The length of the message whose prelude begins here. The prelude's own checksum comes first: a wrong length would be waited for. */
function messageLength(bytes: Buffer, at: number): number {
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) throw malformed("a wrong prelude checksum");
  const length = bytes.readUInt32BE(at);
  const headers = bytes.readUInt32BE(at + 4);
  if (length > maxMessageBytes) throw new GatewayError("upstream_error", "the upstream sent an event of more than 4 MiB");
  if (headers > maxHeaderBytes || length < preludeBytes + headers + trailerBytes) throw malformed("impossible lengths");
  return length;
}

function malformed(what: string): GatewayError {
  return new GatewayError("upstream_error", "the upstream's event stream is damaged", { cause: new Error(what) });
}
