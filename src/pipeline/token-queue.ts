import type { TokenLogprob } from "#gen/sluice/chat/v1/logprobs_pb";

/**
 * The log probabilities of one text's tokens, waiting for their text to leave. A token leaves once all of its text has; one that
 * lost any character is dropped.
 */
export class TokenQueue {
  readonly #dropped: () => void;
  readonly #waiting: { readonly start: number; readonly end: number; readonly token: TokenLogprob }[] = [];
  #head = 0;
  #ready: TokenLogprob[] = [];
  /** Where the next token begins in the text. */
  #end = 0;
  #aligned = true;

  /** `dropped`: told whenever log probabilities are left out. */
  constructor(dropped: () => void) {
    this.#dropped = dropped;
  }

  /** Takes the tokens of a piece that begins at an offset. Tokens that do not spell the text are dropped, and all after them. */
  push(tokens: readonly TokenLogprob[], piece: string, offset: number): void {
    for (const token of tokens) {
      this.#aligned &&= this.#end >= offset && piece.startsWith(token.token, this.#end - offset);
      if (!this.#aligned) {
        this.#dropped();
        return;
      }
      const start = this.#end;
      this.#end += token.token.length;
      this.#waiting.push({ start, end: this.#end, token });
    }
  }

  /** The text up to an offset has left as it was. */
  kept(to: number): void {
    for (let first = this.#waiting[this.#head]; first !== undefined && first.end <= to; first = this.#waiting[this.#head]) {
      this.#ready.push(first.token);
      this.#head++;
    }
  }

  /** The text up to an offset, from where it was last told of, does not leave as it was. */
  replaced(to: number): void {
    for (let first = this.#waiting[this.#head]; first !== undefined && first.start < to; first = this.#waiting[this.#head]) {
      this.#dropped();
      this.#head++;
    }
  }

  /** What may leave now. */
  drain(): TokenLogprob[] {
    const ready = this.#ready;
    this.#ready = [];
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    }
    return ready;
  }
}
