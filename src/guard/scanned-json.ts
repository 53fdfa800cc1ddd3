import type { Span } from "../chat/guard.ts";
import type { CharacterFold } from "./character-fold.ts";
import { JsonStrings } from "./json-strings.ts";
import { pieceUnits, ScannedText } from "./scanned-text.ts";
import type { TextSearch } from "./text-search.ts";

/**
 * JSON that arrives in pieces, searched twice: as it stands, and every string of it without its escapes. A finding begins and ends
 * with whole escapes, so that what is left stays JSON.
 */
export class ScannedJson {
  readonly #raw: ScannedText;
  readonly #newText: () => ScannedText;
  readonly #strings: JsonStrings;
  /** The string that is being read. */
  #string: ScannedText | undefined;
  /** Findings of the text as it stands that end within an escape whose end has not come. */
  #waiting: Span[] = [];
  /** Findings to be reported, and those that have been and that the other search may still make. */
  readonly #found: Span[] = [];
  #reported: Span[] = [];
  #length = 0;

  constructor(searches: readonly TextSearch[], fold: CharacterFold | undefined) {
    this.#newText = () => new ScannedText(searches, fold);
    this.#raw = this.#newText();
    this.#strings = new JsonStrings();
  }

  get safeTo(): number {
    let safeTo = Math.min(this.#raw.safeTo, this.#string?.safeTo ?? this.#length, this.#strings.decodedTo);
    for (const { start } of this.#waiting) safeTo = Math.min(safeTo, start);
    return this.#strings.escapeAt(safeTo)?.from ?? safeTo;
  }

  feed(piece: string, spans: Span[]): void {
    for (let from = 0; from < piece.length; from += pieceUnits) this.#feed(piece.slice(from, from + pieceUnits), spans);
  }

  finish(spans: Span[]): void {
    this.#strings.finish();
    this.#string?.text.skipTo(this.#length);
    this.#string?.finish(this.#found);
    this.#raw.finish(this.#waiting);
    this.#report(spans);
  }

  #feed(piece: string, spans: Span[]): void {
    this.#raw.feed(piece, this.#waiting);
    for (let i = 0; i < piece.length; i++) this.#read(piece.charCodeAt(i));
    this.#string?.text.skipTo(this.#strings.decodedTo);
    this.#string?.read(this.#found);
    this.#report(spans);
  }

  #read(unit: number): void {
    this.#length++;
    switch (this.#strings.read(unit)) {
      case "begin":
        this.#string = this.#newText();
        break;
      case "unit": {
        const { unit: decoded, from, size } = this.#strings;
        this.#string?.text.append(decoded, from, size);
        break;
      }
      case "end":
        this.#string?.finish(this.#found);
        this.#string = undefined;
        break;
      case "nothing":
    }
  }

  /** Reports every finding once, though both searches may have made it. */
  #report(spans: Span[]): void {
    const findings = this.#waiting;
    this.#waiting = [];
    for (const span of findings) this.#snap(span);
    for (const span of this.#found) {
      if (this.#reported.some((other) => isSame(span, other))) continue;
      this.#reported.push(span);
      spans.push(span);
    }
    this.#found.length = 0;
    const { safeTo } = this;
    this.#reported = this.#reported.filter(({ end }) => end > safeTo);
    this.#strings.forget(safeTo);
  }

  /** Widens a finding to whole escapes, or lets it wait for the end of its last. */
  #snap(span: Span): void {
    const start = this.#strings.escapeAt(span.start)?.from ?? span.start;
    const last = this.#strings.escapeAt(span.end);
    if (last === undefined) this.#found.push({ ...span, start });
    else if (last.end === undefined) this.#waiting.push({ ...span, start });
    else this.#found.push({ ...span, start, end: last.end });
  }
}

function isSame(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end && a.entity === b.entity && a.action === b.action;
}
