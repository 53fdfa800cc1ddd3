import { watchedKeys } from "./watched-keys.ts";

const maxCompared = 16;
const control = /[^ -\uffff]/g; // below the space

// One object per depth at a time, and scans are synchronous: all registers share this room.
const starts = new Int32Array(65 * maxCompared);
const ends = new Int32Array(65 * maxCompared);
const hashes = new Int32Array(65 * maxCompared);
const counts = new Int32Array(65);

/** The hash of a key without escapes, as {@link KeyRegister.add} makes it. */
const hashOf = (key: string): number => Buffer.from(key).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0);
const watchedBits: ReadonlyMap<number, number> = new Map(watchedKeys.map((key, i) => [hashOf(key), 1 << i]));
/** The depths of a body's messages, and of the parts and tool calls in them. */
const messageDepth = 3;
const itemDepth = 5;

/**
 * The keys of the objects that are being walked over, one object per depth. The first 16 plain keys of an object are compared as
 * bytes; when it has more, or one with an escape, all of its keys go into a set as the text they stand for.
 */
export class KeyRegister {
  readonly #bytes: Buffer;
  readonly #sets: (Set<string> | undefined)[] = [];
  /** Whether the last key that was added has a backslash. */
  hasEscape = false;
  /** A bit for each of the watched keys that may have come in a message or an item of one. */
  watched = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** An object begins at this depth, 1 to 64. */
  open(depth: number): void {
    counts[depth] = 0;
    this.#sets[depth] = undefined;
  }

  /** Takes the key from `start` to `end`, without quotes, whose escapes are valid. Returns what is wrong with it. */
  add(depth: number, start: number, end: number): string | undefined {
    const bytes = this.#bytes;
    let hash = 0;
    let hasEscape = false;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number; // i is within bounds
      hash = (Math.imul(hash, 31) + byte) | 0;
      if (byte === 92) hasEscape = true;
      else if (byte < 32) return "a control character must be escaped in the key";
    }
    const count = counts[depth] as number; // depth is within bounds
    this.hasEscape = hasEscape;
    if (depth === messageDepth || depth === itemDepth) this.watched |= hasEscape ? -1 : (watchedBits.get(hash) ?? 0);
    if (hasEscape || count === maxCompared || this.#sets[depth] !== undefined) return this.#addText(depth, start, end);
    const base = depth * maxCompared;
    for (let i = base; i < base + count; i++) {
      if (hashes[i] === hash && this.#isSame(starts[i] as number, ends[i] as number, start, end))
        return twice(this.text(start, end));
    }
    starts[base + count] = start;
    ends[base + count] = end;
    hashes[base + count] = hash;
    counts[depth] = count + 1;
    return end - start === 9 && this.text(start, end) === "__proto__" ? forbidden : undefined;
  }

  /** The text a key stands for. Half a surrogate pair, on which readers disagree, and control characters become U+FFFD. */
  text(start: number, end: number): string {
    const text = this.#bytes.toString("utf8", start, end);
    if (!text.includes("\\")) return text;
    return (JSON.parse(`"${text.replace(control, "\ufffd")}"`) as string).toWellFormed(); // its escapes are valid
  }

  #addText(depth: number, start: number, end: number): string | undefined {
    let set = this.#sets[depth];
    if (set === undefined) {
      set = new Set();
      const base = depth * maxCompared;
      const count = counts[depth] as number; // depth is within bounds
      for (let i = base; i < base + count; i++) set.add(this.text(starts[i] as number, ends[i] as number));
      this.#sets[depth] = set;
    }
    const text = this.text(start, end);
    if (text === "__proto__") return forbidden;
    if (set.has(text)) return twice(text);
    set.add(text);
    return undefined;
  }

  #isSame(aStart: number, aEnd: number, start: number, end: number): boolean {
    if (aEnd - aStart !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.#bytes[aStart + i] !== this.#bytes[start + i]) return false;
    return true;
  }
}

const forbidden = "the key __proto__ is not allowed";

function twice(key: string): string {
  return `the key ${JSON.stringify(key.slice(0, 64))} comes twice`;
}
