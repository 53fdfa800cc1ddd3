import type { FoldedText } from "./folded-text.ts";
import { type Candidate, contextUnits } from "./recognizer.ts";
import { withLineBreaks } from "./written-out-space.ts";

/**
 * A candidate at a place of a text, moved from place to place. What stands there is only made into a string when it is asked for, and
 * what stands before it once per start, since many patterns match at the same one.
 */
export class CandidateInText implements Candidate {
  readonly #source: FoldedText;
  #start = 0;
  #end = 0;
  #text: string | undefined;
  #before: string | undefined;

  constructor(source: FoldedText) {
    this.#source = source;
  }

  moveTo(start: number, end: number): this {
    if (start !== this.#start) this.#before = undefined;
    this.#text = undefined;
    this.#start = start;
    this.#end = end;
    return this;
  }

  get text(): string {
    this.#text ??= this.#source.slice(this.#start, this.#end);
    return this.#text;
  }

  get before(): string {
    this.#before ??= withLineBreaks(this.#source.slice(Math.max(this.#source.base, this.#start - contextUnits), this.#start));
    return this.#before;
  }
}
