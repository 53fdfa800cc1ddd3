import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { decodeChunk, type ReplyOptions } from "./decode-reply.ts";
import { utf8Of } from "./utf8-of.ts";

type Path = readonly string[];

const quote = 34;
const backslash = 92;

/**
 * Decodes the chunks of one shape: all but the strings in the holes is decoded once, and shared by all of them. What is no plain
 * matter of putting strings in is decoded in full.
 */
export class ChunkTemplate {
  /** What stands before, between and behind the holes. */
  readonly #parts: readonly string[];
  #isUsed = false;
  /** A chunk with marks in its holes, and where in it they are; undefined: not made yet; null: it cannot be made. */
  #marked: { readonly chunk: ChatCompletionChunk; readonly paths: readonly Path[] } | null | undefined;

  constructor(parts: readonly string[]) {
    this.#parts = parts;
  }

  /**
   * The chunk of this shape at `start` to `end` of a text in which every character is one byte. The options must be the same each time.
   * @throws GatewayError as {@link decodeChunk}.
   */
  decode(text: string, start: number, end: number, options: ReplyOptions): ChatCompletionChunk {
    if (this.#isUsed && this.#marked === undefined) this.#marked = this.#mark(options);
    this.#isUsed = true; // a second time pays for the marks
    if (this.#marked === undefined || this.#marked === null) return decodeChunk(utf8Of(text, start, end), options);
    const { paths } = this.#marked;
    let { chunk } = this.#marked;
    let at = start;
    for (let i = 0; i < paths.length; i++) {
      const from = at + (this.#parts[i] as string).length; // there is one more part than paths
      at = holeEnd(text, from);
      chunk = put(chunk, paths[i] as Path, 0, holeText(text, from, at)) as ChatCompletionChunk; // i is within bounds
    }
    return chunk;
  }

  #mark(options: ReplyOptions) {
    const marks = this.#parts.slice(1).map((_, i) => `the mark of hole ${i}`);
    const json = this.#parts.map((part, i) => part + (marks[i] ?? "")).join("");
    const chunk = decodeChunk(utf8Of(json, 0, json.length), options);
    const paths = marks.map((mark) => pathsTo(mark, chunk));
    return paths.every((found) => found.length === 1) ? { chunk, paths: paths.flat() } : null;
  }
}

/** Every path from a value to a string. */
function pathsTo(sought: string, value: unknown): Path[] {
  if (value === sought) return [[]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => pathsTo(sought, inner).map((path) => [key, ...path]));
}

/** A copy with a value at a path; what is not on the path is shared. */
function put(node: unknown, path: Path, depth: number, value: string): unknown {
  const key = path[depth];
  if (key === undefined) return value;
  const copy = (Array.isArray(node) ? node.slice() : { ...(node as object) }) as Record<string, unknown>; // paths lead through these
  copy[key] = put(copy[key], path, depth + 1, value);
  return copy;
}

/** Where the quote is that ends the string at `from`. */
function holeEnd(text: string, from: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
}

/** What the content of a JSON string stands for. */
function holeText(text: string, from: number, to: number): string {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash || code > 127) return JSON.parse(`"${utf8Of(text, from, to)}"`) as string; // checked when it was scanned
  }
  return text.slice(from, to);
}
