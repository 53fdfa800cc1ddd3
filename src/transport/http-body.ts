import type { Dispatcher } from "undici";
import { GatewayError } from "../chat/error.ts";

const highWaterBytes = 64 * 1024;

/** The body of an upstream's reply, read by read. Pauses the upstream while more than 64 KiB wait to be taken. */
export class HttpBody {
  readonly #controller: Dispatcher.DispatchController;
  #reads: Buffer[] = [];
  #waitingBytes = 0;
  #discarding = false;
  #end: "open" | "ended" | GatewayError = "open";
  #taker: { resolve(read: Buffer | undefined): void; reject(error: GatewayError): void } | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
  }

  /**
   * The next read; undefined at the end.
   * @throws GatewayError what the reply was cut with.
   */
  next(): Promise<Buffer | undefined> {
    const read = this.#reads.shift();
    if (read !== undefined) {
      this.#waitingBytes -= read.length;
      if (this.#controller.paused && this.#waitingBytes < highWaterBytes) this.#controller.resume();
      return Promise.resolve(read);
    }
    if (this.#end === "ended") return Promise.resolve(undefined);
    if (this.#end !== "open") return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /**
   * The whole body.
   * @throws GatewayError `upstream_error` when it is larger than `maxBytes`; what the reply was cut with.
   */
  async all(maxBytes: number): Promise<Buffer> {
    const reads: Buffer[] = [];
    let size = 0;
    for (let read = await this.next(); read !== undefined; read = await this.next()) {
      size += read.length;
      if (size > maxBytes) throw new GatewayError("upstream_error", `the upstream's reply is larger than ${maxBytes} bytes`);
      reads.push(read);
    }
    return reads.length === 1 && reads[0] !== undefined ? reads[0] : Buffer.concat(reads, size);
  }

  /** Lets what is left of the body run out, so that its connection can serve again. */
  discard(): void {
    this.#discarding = true;
    this.#reads = [];
    this.#waitingBytes = 0;
    if (this.#controller.paused) this.#controller.resume();
  }

  /** A read has come. */
  push(read: Buffer): void {
    if (this.#discarding) return;
    const taker = this.#taker;
    if (taker !== undefined) {
      this.#taker = undefined;
      taker.resolve(read);
      return;
    }
    this.#reads.push(read);
    this.#waitingBytes += read.length;
    if (this.#waitingBytes >= highWaterBytes) this.#controller.pause();
  }

  /** The body is over: well, or cut. */
  finish(error?: GatewayError): void {
    if (this.#end !== "open") return;
    this.#end = error ?? "ended";
    if (error !== undefined) this.#reads = [];
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) return;
    if (error === undefined) taker.resolve(undefined);
    else taker.reject(error);
  }
}
