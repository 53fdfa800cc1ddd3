import type { Dispatcher } from "undici";
import { GatewayError } from "../chat/error.ts";
import type { Clock } from "../chat/ports/clock.ts";

const highWaterBytes = 64 * 1024;
const discardMs = 1000;

/**
 * The body of an upstream's reply, read by read. Pauses the upstream while 64 KiB or more wait to be taken. What had come before the
 * upstream broke off is still given, and then the error.
 */
export class HttpBody {
  readonly #controller: Dispatcher.DispatchController;
  readonly #clock: Clock;
  #reads: Buffer[] = [];
  #waitingBytes = 0;
  #end: "open" | "ended" | GatewayError = "open";
  #taker: { resolve(read: Buffer | undefined): void; reject(error: GatewayError): void } | undefined;
  #stopDiscarding: (() => void) | undefined;

  constructor(controller: Dispatcher.DispatchController, clock: Clock) {
    this.#controller = controller;
    this.#clock = clock;
  }

  /**
   * The next read; undefined at the end. One at a time.
   * @throws GatewayError what the reply was cut with.
   */
  next(): Promise<Buffer | undefined> {
    const read = this.waiting();
    if (read !== undefined) return Promise.resolve(read);
    if (this.#end === "ended") return Promise.resolve(undefined);
    if (this.#end !== "open") return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /** The next read, if it has come already. */
  waiting(): Buffer | undefined {
    const read = this.#reads.shift();
    if (read === undefined) return undefined;
    this.#waitingBytes -= read.length;
    if (this.#controller.paused && this.#waitingBytes < highWaterBytes) this.#controller.resume();
    return read;
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

  /** Lets what is left of the body run out, so that its connection can serve again; closes the connection if that takes over a second. */
  discard(): void {
    this.#reads = [];
    if (this.#end !== "open") return;
    this.#stopDiscarding = this.#clock.after(discardMs, () => {
      this.#controller.abort(new GatewayError("upstream_error", "the upstream does not end its reply"));
    });
    if (this.#controller.paused) this.#controller.resume();
  }

  /** A read has come. */
  push(read: Buffer): void {
    if (this.#stopDiscarding !== undefined) return;
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

  /** The body is over: well, or cut by the upstream. */
  finish(error?: GatewayError): void {
    if (this.#end !== "open") return;
    this.#end = error ?? "ended";
    this.#stopDiscarding?.();
    const taker = this.#taker;
    this.#taker = undefined;
    if (error === undefined) taker?.resolve(undefined);
    else taker?.reject(error);
  }

  /** Nobody wants the body any more: what waits is dropped, and the next read throws. */
  abandon(error: GatewayError): void {
    this.finish(error);
    this.#end = error;
    this.#reads = [];
  }
}
