import { type ScannedReply, scanReply } from "./scan-chunk.ts";

/** A scanned chunk, shifted to where its JSON lies. */
export interface ChunkScan {
  readonly scan: ScannedReply;
  /** How much longer than the scanned one this chunk is before `model` (always 0) and before `usage`. */
  readonly usageShift: number;
}

const backslash = 92;
const quote = 34;

/**
 * Scans the chunks of one stream. Chunks of a stream differ only in a string or two, so each is compared with the last one that was
 * read in full: constant parts must be equal, and what stands in the holes must be plain string content. Only a chunk of another
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
    if (parts.length === 0) return undefined;
    let at = start;
    let shift = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string; // i is within bounds
      if (!text.startsWith(part, at)) return undefined;
      at += part.length;
      if (i === parts.length - 1) break;
      const from = at;
      for (;;) {
        const code = text.charCodeAt(at);
        if (code === quote) break;
        if (code === backslash || !(code >= 32) || at >= end) return undefined;
        at++;
      }
      if (i < this.#holesBeforeUsage) shift += at - from - (this.#holeLengths[i] ?? 0);
    }
    return at === end ? shift : undefined;
  }

  #learn(json: string, scan: ScannedReply): void {
    if (scan.hasUsage || scan.finished.length > 0 || scan.holes.length === 0) return; // comes once a stream
    const parts: string[] = [];
    let at = 0;
    for (const [holeStart, holeEnd] of scan.holes) {
      parts.push(json.slice(at, holeStart));
      at = holeEnd;
    }
    parts.push(json.slice(at));
    this.#scan = scan;
    this.#parts = parts;
    this.#holeLengths = scan.holes.map(([holeStart, holeEnd]) => holeEnd - holeStart);
    this.#holesBeforeUsage = scan.holes.filter(([, holeEnd]) => holeEnd <= scan.usageStart).length;
  }
}
