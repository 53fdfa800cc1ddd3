import type { Log } from "../../src/chat/ports/log.ts";

/** A log that tells how each call ended, by the client's `x-request-id`. */
export class CallLog implements Log {
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();
  /** Every other line than that of a call's end, as text. */
  readonly others: string[] = [];

  debug(): void {
    // Says nothing of a call's end.
  }

  info(fields: object, message: string): void {
    this.#take(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#take(fields, message);
  }

  error(fields: object, message: string): void {
    this.#take(fields, message);
  }

  /** The outcome of a call, `ok` or its error's code, as soon as the call has settled. */
  outcome(requestId: string): Promise<string> {
    return this.#end(requestId).promise;
  }

  #take(fields: object, message: string): void {
    const { request_id: id, outcome } = fields as { request_id?: string; outcome?: string };
    if (message === "call" && id !== undefined && outcome !== undefined) this.#end(id).resolve(outcome);
    else this.others.push(`${message} ${JSON.stringify(fields)}`);
  }

  #end(id: string): PromiseWithResolvers<string> {
    const end = this.#ends.get(id) ?? Promise.withResolvers<string>();
    this.#ends.set(id, end);
    return end;
  }
}
