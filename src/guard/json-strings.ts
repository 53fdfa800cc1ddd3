/** What a unit of JSON text was: the quote that begins or ends a string, the last of what stands for a unit in one, or else. */
export type JsonPart = "begin" | "unit" | "end" | "nothing";

/** An escape's place in the text; `end`, exclusive, once it is known. */
export interface JsonEscape {
  readonly from: number;
  end: number | undefined;
}

const [quote, backslash] = [0x22, 0x5c];
const controls: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9 };

/**
 * Finds the strings of a JSON text, unit by unit, and what stands in them (RFC 8259 §7). Total: what is no JSON is read as well as
 * it goes; an escape that is none stands for its last unit.
 */
export class JsonStrings {
  /** After "unit": what it is, and where it is written. */
  unit = 0;
  from = 0;
  size = 0;
  #length = 0;
  #inString = false;
  /** Hexadecimal digits of the escape that is being read; undefined before the `u`. */
  #hex: string | undefined;
  #escape: JsonEscape | undefined;
  readonly #escapes: JsonEscape[] = [];

  /** Offset up to which the text has been told. UTF-16 code units. */
  get decodedTo(): number {
    return this.#escape?.from ?? this.#length;
  }

  read(unit: number): JsonPart {
    const at = this.#length++;
    if (this.#escape !== undefined) return this.#readEscape(this.#escape, unit);
    if (!this.#inString) {
      this.#inString = unit === quote;
      return this.#inString ? "begin" : "nothing";
    }
    if (unit === quote) {
      this.#inString = false;
      return "end";
    }
    if (unit === backslash) {
      this.#hex = undefined;
      this.#escape = { from: at, end: undefined };
      this.#escapes.push(this.#escape);
      return "nothing";
    }
    return this.#tell(unit, at, 1);
  }

  /** The text is over: an escape that is not complete ends with it. */
  finish(): void {
    if (this.#escape !== undefined) this.#escape.end = this.#length;
    this.#escape = undefined;
  }

  /** The escape that an offset lies within, its first unit not counted. */
  escapeAt(offset: number): JsonEscape | undefined {
    return this.#escapes.find(({ from, end }) => offset > from && (end === undefined || offset < end));
  }

  /** Nobody will ask for what is before an offset any more. */
  forget(before: number): void {
    while ((this.#escapes[0]?.end ?? Number.POSITIVE_INFINITY) <= before) this.#escapes.shift();
  }

  #readEscape(read: JsonEscape, unit: number): JsonPart {
    const letter = String.fromCharCode(unit);
    if (this.#hex === undefined) {
      if (letter !== "u") return this.#endEscape(read, controls[letter] ?? unit);
      this.#hex = "";
      return "nothing";
    }
    if (!/[\da-fA-F]/.test(letter)) return this.#endEscape(read, unit);
    this.#hex += letter;
    return this.#hex.length < 4 ? "nothing" : this.#endEscape(read, Number.parseInt(this.#hex, 16));
  }

  #endEscape(read: JsonEscape, unit: number): JsonPart {
    read.end = this.#length;
    this.#escape = undefined;
    return this.#tell(unit, read.from, this.#length - read.from);
  }

  #tell(unit: number, from: number, size: number): JsonPart {
    this.unit = unit;
    this.from = from;
    this.size = size;
    return "unit";
  }
}
