/** What came of a call. */
export type Outcome =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly code: string; readonly retryAfter: boolean }
  | { readonly kind: "broken"; readonly how: string };

/** The code of an error in the details of an RPC status, whose google.rpc.ErrorInfo has it before its domain; as latin1. */
export function codeIn(details: string): string | undefined {
  const domainAt = details.indexOf("\u0012\u0006sluice"); // field 2, six bytes
  return /[a-z_]+$/.exec(details.slice(0, Math.max(0, domainAt)))?.[0];
}

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");
const done = Buffer.from("data: [DONE]\n\n");

/** Reads the replies of one HTTP/1.1 connection, one after the other, as cheaply as they can be read and still be judged. */
export class ReplyReader {
  #read: Buffer = Buffer.alloc(0);
  #status = 0;
  #head = "";
  #left = 0;
  #chunked = false;

  /** Whether the server closes the connection after this reply. */
  get closes(): boolean {
    return /\r\nconnection: close/i.test(this.#head);
  }

  /** Takes what has come; tells the outcome when the reply is complete. */
  push(part: Buffer): Outcome | undefined {
    if (this.#status === 0) {
      const read = this.#read.length === 0 ? part : Buffer.concat([this.#read, part]);
      const end = read.indexOf(headEnd);
      this.#read = read;
      if (end < 0) return undefined;
      this.#head = read.toString("latin1", 0, end);
      this.#status = Number(this.#head.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(this.#head);
      this.#chunked = length === null;
      this.#left = Number(length?.[1]);
      this.#read = Buffer.alloc(0);
      return this.#body(read.subarray(end + headEnd.length));
    }
    return this.#body(part);
  }

  #body(part: Buffer): Outcome | undefined {
    if (this.#chunked) {
      const tail = this.#read.length === 0 ? part : Buffer.concat([this.#read, part]);
      this.#read = tail.subarray(-64); // enough for the end of a stream
      return tail.subarray(-lastChunk.length).equals(lastChunk) ? this.#ended(tail.includes(done)) : undefined;
    }
    this.#left -= part.length;
    if (this.#status !== 200) this.#read = Buffer.concat([this.#read, part]);
    return this.#left > 0 ? undefined : this.#ended(this.#left === 0);
  }

  #ended(whole: boolean): Outcome {
    const body = this.#read.toString("latin1");
    const status = this.#status;
    this.#status = 0;
    this.#read = Buffer.alloc(0);
    if (status === 200) return whole ? { kind: "answered" } : { kind: "broken", how: "cut" };
    const code = (/"reason":"([a-z_]+)"/.exec(body) ?? /"code":"([a-z_]+)"/.exec(body))?.[1]; // Connect, then REST
    const retryAfter = /\r\nretry-after: \d+\r\n/i.test(`${this.#head}\r\n`) || body.includes("google.rpc.RetryInfo");
    return { kind: "refused", code: code ?? String(status), retryAfter };
  }
}
