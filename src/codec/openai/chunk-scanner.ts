import { ChunkTemplate } from "./chunk-template.ts";
import { type ScannedReply, scanReply } from "./scan-chunk.ts";

/** A scanned chunk, shifted to where its JSON lies. */
export interface ChunkScan {
  readonly scan: ScannedReply;
  /** How much longer than the scanned one this chunk is before `usage`. Before `model` it is as long. */
  readonly usageShift: number;
}

const quote = 34;
const backslash = 92;
const letterN = 110;
/** What may stand after a backslash beside those and `u`: `/`, b, f, r, t. */
const rareEscapes = [47, 98, 102, 114, 116];

/**
 * Scans the chunks of one stream. Chunks of a stream differ only in a string or two, so each is compared with the last one that was
 * read in full: constant parts must be equal, and what stands in the holes must be string content. Only a chunk of another
 * shape is read in full.
 */
export class ChunkScanner {
  #scan: ScannedReply | undefined;
  #parts: readonly string[] = [];
  /** How many holes lie before `usage`. */
  #holesBeforeUsage = 0;
  #holeLengths: readonly number[] = [];

  /** The scan of the chunk at `start` to `end` of `text`, and how far its `usage` lies from where the scan says. */
  next(text: string, start: number, end: number): ChunkScan {
    const shift = this.#matches(text, start, end);
    if (shift !== undefined && this.#scan !== undefined) return { scan: this.#scan, usageShift: shift };
    const json = text.slice(start, end);
    const scan = scanReply(json);
    this.#learn(json, scan);
    return { scan, usageShift: 0 };
  }

  /** Compares a chunk with the learned shape; gives how much `usage` has moved, or undefined when the shape is another. */
  #matches(text: string, start: number, end: number): number | undefined {
    const parts = this.#parts;
    const last = parts.length - 1;
    if (last < 0) return undefined;
    let at = start;
    let shift = 0;
    for (let i = 0; ; i++) {
      const part = parts[i] as string; // i is within bounds
      const from = at + part.length;
      if (text.slice(at, from) !== part) return undefined; // three times as fast as startsWith
      if (i === last) return from === end ? shift : undefined;
      at = stringEnd(text, from, end);
      if (at < 0) return undefined;
      if (i < this.#holesBeforeUsage) shift += at - from - (this.#holeLengths[i] as number); // i is within bounds
    }
  }

  #learn(json: string, scan: ScannedReply): void {
    if (scan.hasUsage || scan.finished.length > 0) return; // comes once a stream
    const [firstHole] = scan.holes;
    if (firstHole === undefined || firstHole[0] < scan.modelEnd) return; // no vendor's order
    const parts: string[] = [];
    let at = 0;
    for (const [holeStart, holeEnd] of scan.holes) {
      parts.push(json.slice(at, holeStart));
      at = holeEnd;
    }
    parts.push(json.slice(at));
    scan.template = new ChunkTemplate(parts);
    this.#scan = scan;
    this.#parts = parts;
    this.#holeLengths = scan.holes.map(([holeStart, holeEnd]) => holeEnd - holeStart);
    this.#holesBeforeUsage = scan.holes.filter(([, holeEnd]) => holeEnd <= scan.usageStart).length;
  }
}

/** Where the quote is that ends the string whose content begins at `at`; -1 when the content is not JSON's. */
function stringEnd(text: string, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code < 32) return -1;
    if (code === backslash && !isEscape(text.charCodeAt(++i))) return -1;
  }
  return -1;
}

/** Whether a letter after a backslash makes an escape by itself. The rare `\u` is left to the full reader. */
function isEscape(code: number): boolean {
  return code === letterN || code === quote || code === backslash || rareEscapes.includes(code);
}
