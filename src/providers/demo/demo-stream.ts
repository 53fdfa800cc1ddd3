import { GatewayError } from "../../chat/error.ts";
import type { Lease } from "../../chat/lease.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { type ChatStream, eventOf, type StreamEvent } from "../../chat/stream.ts";
import type { Steps } from "./reply.ts";

/** How fast a demo model answers. */
export interface Pace {
  /** From the call to the first token, in milliseconds. */
  readonly firstTokenMs: number;
  /** From token to token, in milliseconds. */
  readonly tokenMs: number;
}

/** The most steps one read finds. */
const stepsPerRead = 20;

type Read = IteratorResult<readonly StreamEvent[], undefined>;

/**
 * A demo reply on its way: chunks are made when they are read, none before its time by the clock. Every read takes a turn of the
 * event loop, as one from a socket would. Closes the lease at the end; ends when the lease does.
 */
export class DemoStream implements ChatStream, AsyncIterator<readonly StreamEvent[]> {
  readonly #steps: Steps;
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #startedAt: number;
  #step = 0;
  #complete = false;
  #stopWaiting: (() => void) | undefined;
  #reader: { resolve(read: Read): void; reject(error: GatewayError): void } | undefined;

  constructor(steps: Steps, options: { pace: Pace; clock: Clock; lease: Lease }) {
    this.#steps = steps;
    this.#pace = options.pace;
    this.#clock = options.clock;
    this.#lease = options.lease;
    this.#startedAt = this.#clock.now();
    this.#lease.onClose(() => {
      this.#stopWaiting?.();
      this.#reader?.reject(this.#reason());
      this.#reader = undefined;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return this;
  }

  cancel(reason: GatewayError): void {
    this.#lease.close(reason);
  }

  next(): Promise<Read> {
    if (this.#complete) return Promise.resolve({ done: true, value: undefined });
    if (this.#lease.closed) return Promise.reject(this.#reason());
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#wait();
    });
  }

  return(): Promise<Read> {
    this.cancel(new GatewayError("cancelled", "the reply is no longer wanted"));
    return Promise.resolve({ done: true, value: undefined });
  }

  #reason(): GatewayError {
    return this.#lease.error ?? new GatewayError("cancelled", "the call is over");
  }

  /** When the next step is due: the role comes with the first token. */
  #due(): number {
    return this.#startedAt + this.#pace.firstTokenMs + Math.max(0, this.#step - 1) * this.#pace.tokenMs;
  }

  #wait(): void {
    const wait = this.#due() - this.#clock.now();
    if (wait > 0) this.#stopWaiting = this.#clock.after(wait, () => this.#read());
    else {
      const immediate = setImmediate(() => this.#read());
      this.#stopWaiting = () => clearImmediate(immediate);
    }
  }

  /** Gives the reader what is due by now. */
  #read(): void {
    const events: StreamEvent[] = [];
    let error: GatewayError | undefined;
    try {
      const last = this.#step + stepsPerRead;
      while (this.#step < last && this.#due() <= this.#clock.now()) {
        const step = this.#steps.next();
        for (const chunk of step.value) events.push(eventOf(chunk));
        this.#step++;
        if (step.done === true) {
          this.#complete = true;
          break;
        }
      }
    } catch (thrown) {
      error = GatewayError.from(thrown);
    }
    if (events.length === 0 && error === undefined) {
      this.#wait();
      return;
    }
    if (events.length > 0) {
      this.#reader?.resolve({ done: false, value: events });
      this.#reader = undefined;
    }
    if (this.#complete || error !== undefined) this.#lease.close(error);
  }
}
