/** What is known after a piece of text. */
interface StopState {
  /** Whether a stop sequence is complete. */
  readonly stopped: boolean;
  /** Characters at the end of the text so far that belong, or could still belong, to a stop sequence. */
  readonly open: number;
}

/** Looks for stop sequences in a text that comes in pieces, in linear time (Knuth, Morris, Pratt). */
export class StopSequences {
  readonly #texts: readonly string[];
  readonly #fallbacks: readonly Uint32Array[];
  readonly #matched: Uint32Array;

  constructor(texts: readonly string[]) {
    this.#texts = texts.filter((text) => text !== "");
    this.#fallbacks = this.#texts.map(fallbackOf);
    this.#matched = new Uint32Array(this.#texts.length);
  }

  /** Takes the next piece. Once a sequence is complete, `open` counts back from the piece's end to where that sequence begins. */
  take(piece: string): StopState {
    for (let at = 0; at < piece.length; at++) {
      let longest = 0;
      for (let i = 0; i < this.#texts.length; i++) {
        const text = this.#texts[i] ?? "";
        const matched = advance(text, this.#fallbacks[i], this.#matched[i] ?? 0, piece[at]);
        this.#matched[i] = matched;
        if (matched === text.length) longest = Math.max(longest, matched);
      }
      if (longest > 0) return { stopped: true, open: longest + piece.length - at - 1 };
    }
    return { stopped: false, open: Math.max(0, ...this.#matched) };
  }
}

/** How much of `text` is matched after one more character. */
function advance(text: string, fallback: Uint32Array | undefined, matched: number, character: string | undefined): number {
  let length = matched;
  while (length > 0 && text[length] !== character) length = fallback?.[length - 1] ?? 0;
  return text[length] === character ? length + 1 : 0;
}

/** For every prefix of `text` the length of its longest end that is also its beginning. */
function fallbackOf(text: string): Uint32Array {
  const fallback = new Uint32Array(text.length);
  for (let i = 1; i < text.length; i++) fallback[i] = advance(text, fallback, fallback[i - 1] ?? 0, text[i]);
  return fallback;
}
