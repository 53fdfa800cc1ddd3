import { GatewayError } from "../chat/error.ts";

/**
 * Takes the data of one server-sent event: characters `start` to `end` of `text`, in which every character is one byte (Latin-1).
 * `joined`: the data had several lines, and LFs are between them.
 */
export type SseSink = (text: string, start: number, end: number, joined: boolean) => void;

const maxLineBytes = 1024 * 1024;
const maxEventBytes = 4 * 1024 * 1024;

/**
 * Cuts a stream of server-sent events (WHATWG HTML, section 9.2) into the data of its events, without decoding or copying where an
 * event lies whole in one read. Lines end in LF, CRLF or CR; several `data` lines are joined with LF; other fields and comments are
 * passed over. An event that its stream does not finish is not given.
 */
export class SseFrames {
  readonly #sink: SseSink;
  /** The pieces of a line whose end has not come. */
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #begun = false;
  /** The event's only data line so far, where `#firstEnd` is not -1; with a second one it moves to `#lines`. */
  #first = "";
  #firstStart = 0;
  #firstEnd = -1;
  #lines: string[] = [];
  #lineBytes = 0;
  #afterCr = false;

  /** `sink` gets the events one by one, while the read that completes them is pushed. */
  constructor(sink: SseSink) {
    this.#sink = sink;
  }

  /**
   * Takes the next read.
   * @throws GatewayError `upstream_error` when a line outgrows 1 MiB or an event 4 MiB; what the sink throws. Neither can go on then.
   */
  push(read: Buffer): void {
    if (this.#carryBytes > 0 && !read.includes(10) && !read.includes(13)) {
      this.#keep(read);
      return;
    }
    const bytes = this.#carryBytes === 0 ? read : Buffer.concat([...this.#carry, read]);
    this.#carry = [];
    this.#carryBytes = 0;
    const text = bytes.toString("latin1");
    let at = 0;
    if (!this.#begun) {
      if (bytes.length < 3 && "\u00ef\u00bb\u00bf".startsWith(text)) {
        this.#keep(bytes);
        return;
      }
      this.#begun = true;
      if (text.startsWith("\u00ef\u00bb\u00bf")) at = 3;
    }
    if (this.#afterCr && at < text.length) {
      if (text.charCodeAt(at) === 10) at++;
      this.#afterCr = false;
    }
    const hasCr = text.includes("\r", at);
    for (;;) {
      let end = text.indexOf("\n", at);
      let next = end + 1;
      if (hasCr) {
        const cr = text.indexOf("\r", at);
        if (cr >= 0 && (end < 0 || cr < end)) {
          end = cr;
          next = text.charCodeAt(cr + 1) === 10 ? cr + 2 : cr + 1;
          this.#afterCr = cr + 1 === text.length;
        }
      }
      if (end < 0) break;
      if (end - at > maxLineBytes) throw tooLong("a line", "1 MiB");
      this.#line(text, at, end);
      at = next;
    }
    if (at < text.length) this.#keep(bytes.subarray(at));
  }

  #keep(piece: Buffer): void {
    this.#carryBytes += piece.length;
    if (this.#carryBytes > maxLineBytes) throw tooLong("a line", "1 MiB");
    this.#carry.push(piece);
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) {
      this.#give();
      return;
    }
    if (!isData(text, start, end)) return;
    let from = Math.min(start + 5, end);
    if (from < end && text.charCodeAt(from) === 32) from++;
    this.#lineBytes += end - from + 1; // with the LF that joins it: empty lines count too
    if (this.#lineBytes > maxEventBytes) throw tooLong("an event", "4 MiB");
    if (this.#firstEnd < 0 && this.#lines.length === 0) {
      this.#first = text;
      this.#firstStart = from;
      this.#firstEnd = end;
      return;
    }
    if (this.#firstEnd >= 0) {
      this.#lines.push(this.#first.slice(this.#firstStart, this.#firstEnd));
      this.#firstEnd = -1;
    }
    this.#lines.push(text.slice(from, end));
  }

  /** The event is complete. */
  #give(): void {
    this.#lineBytes = 0;
    const end = this.#firstEnd;
    if (end >= 0) {
      this.#firstEnd = -1;
      this.#sink(this.#first, this.#firstStart, end, false);
    } else if (this.#lines.length > 0) {
      const joined = this.#lines.join("\n");
      this.#lines = [];
      this.#sink(joined, 0, joined.length, true);
    }
  }
}

/** Whether a line's field is `data`: the bare name, or the name and a colon. */
function isData(text: string, start: number, end: number): boolean {
  return text.startsWith("data", start) && (end - start === 4 || (end - start > 4 && text.charCodeAt(start + 4) === 58));
}

function tooLong(what: string, cap: string): GatewayError {
  return new GatewayError("upstream_error", `the upstream sent ${what} of more than ${cap}`);
}
