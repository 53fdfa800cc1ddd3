import { JsonProblem } from "../json/json-reader.ts";
import { KeyRegister } from "./key-register.ts";
import { type WatchedKey, watchedKeys } from "./watched-keys.ts";

const maxDepth = 64;
/** How many bytes of a string are looked at one by one before the next quote and backslash are searched for: more where they are near. */
const shortestWalk = 64;
const longestWalk = 4096;

const quote = 34;
const plus = 43;
const comma = 44;
const minus = 45;
const point = 46;
const zero = 48;
const nine = 57;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const letterU = 117;
const openBrace = 123;
const closeBrace = 125;

/** What may follow a backslash, beside `u`, and hexadecimal digits. */
const isEscape = tableOf('"\\/bfnrt');
const isDigit = tableOf("0123456789abcdefABCDEF");

/**
 * Walks over JSON (RFC 8259, strictly) in UTF-8 bytes without building anything. Refuses nesting deeper than 64, a key that comes
 * twice in one object however it is written, and the key `__proto__`. Offsets are bytes. Throws {@link JsonProblem}, whose path is
 * the top-level member at fault.
 */
export class JsonBytes {
  readonly bytes: Buffer;
  /** Where walking has come. */
  at = 0;
  /** Where the key of the top-level member that is being walked over begins, with its quotes; behind the quotes is `#keyEnd`. */
  keyStart = 0;
  #keyEnd = 0;
  #hasEscape = false;
  readonly #keys: KeyRegister;
  /** Whether the container at each depth is an object. */
  readonly #isObject: boolean[] = [];
  #depth = 0;
  /** The next quote and backslash, where they are known; behind `at`: unknown. */
  #nextQuote = -1;
  #nextBackslash = -1;
  #walk = shortestWalk;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#keys = new KeyRegister(bytes);
  }

  /** Whether the top-level member that is being walked over has this name, however it is written. */
  isMember(name: string): boolean {
    const start = this.keyStart + 1;
    const length = this.#keyEnd - 1 - start;
    if (length !== name.length) return length > name.length && this.#hasEscape && this.member === name;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  /** Those of the watched keys that may be in the messages of the body. */
  get watched(): readonly WatchedKey[] {
    return watchedKeys.filter((_, i) => (this.#keys.watched & (1 << i)) !== 0);
  }

  /** Fails at the member that is being walked over. */
  fail(message: string): never {
    throw new JsonProblem(this.member.slice(0, 64), message);
  }

  /** Passes white space. Gives the byte after it; -1 at the end. */
  space(): number {
    const { bytes } = this;
    let { at } = this;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number; // at is within bounds
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.at = at;
        return byte;
      }
    }
    this.at = at;
    return -1;
  }

  /** Enters the object or array that begins here. Returns whether it has anything in it; an empty one is left at once. */
  enter(): boolean {
    if (this.#depth === maxDepth) this.fail(`nested deeper than ${maxDepth} levels at byte ${this.at}`);
    const isObject = this.bytes[this.at] === openBrace;
    this.#isObject[this.#depth++] = isObject;
    this.at++;
    if (isObject) this.#keys.open(this.#depth);
    if (this.space() !== (isObject ? closeBrace : closeBracket)) return true;
    this.#leave();
    return false;
  }

  /** Passes the comma after a value, true; or leaves its container, false. */
  more(): boolean {
    const byte = this.space();
    if (byte === comma) {
      this.at++;
      return true;
    }
    if (byte !== (this.#isObject[this.#depth - 1] ? closeBrace : closeBracket))
      this.#invalid("a comma or a closing bracket is missing");
    this.#leave();
    return false;
  }

  /** Passes a key and its colon. */
  key(): void {
    if (this.space() !== quote) this.#invalid("a key is missing");
    const start = this.at;
    this.string();
    const end = this.at;
    const problem = this.#keys.add(this.#depth, start + 1, end - 1);
    if (this.#depth === 1) {
      this.keyStart = start;
      this.#keyEnd = end;
      this.#hasEscape = this.#keys.hasEscape;
    }
    if (problem !== undefined) this.fail(`${problem} at byte ${start}`);
    if (this.space() !== colon) this.#invalid("a colon is missing");
    this.at++;
  }

  /** Passes any value, however nested. */
  value(): void {
    const outside = this.#depth;
    for (;;) {
      const byte = this.space();
      if (byte === quote) this.string();
      else if (byte === openBrace || byte === openBracket) {
        if (this.enter()) {
          if (byte === openBrace) this.key();
          continue;
        }
      } else this.#scalar(byte);
      for (;;) {
        if (this.#depth === outside) return;
        if (this.more()) break;
      }
      if (this.#isObject[this.#depth - 1]) this.key();
    }
  }

  /** Passes the string that begins here. Control characters in it are left to whoever reads it: they end nothing. */
  string(): void {
    const { bytes } = this;
    const end = bytes.length;
    let at = this.at + 1;
    for (;;) {
      at = walk(bytes, at, Math.min(at + this.#walk, end - 3));
      const byte = bytes[at];
      if (byte === quote) {
        this.at = at + 1;
        return;
      }
      at = byte === backslash ? this.#escape(at) : this.#jump(at);
      if (at >= end) this.#invalid("a string does not end");
    }
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    this.#keyEnd = 0;
    if (this.space() !== -1) this.#invalid("something follows the body");
  }

  /** From inside a string to the next quote or backslash, or to the end. */
  #jump(at: number): number {
    const { bytes } = this;
    if (this.#nextQuote < at) this.#nextQuote = found(bytes.indexOf(quote, at), bytes);
    if (this.#nextBackslash < at) this.#nextBackslash = found(bytes.indexOf(backslash, at), bytes);
    const to = Math.min(this.#nextQuote, this.#nextBackslash);
    this.#walk = to - at < shortestWalk ? Math.min(2 * this.#walk, longestWalk) : shortestWalk;
    return to;
  }

  /** Passes the escape at `at`. */
  #escape(at: number): number {
    const { bytes } = this;
    const letter = bytes[at + 1] ?? 0;
    let isGood = isEscape[letter] === 1 || letter === letterU;
    if (letter === letterU) for (let i = at + 2; i < at + 6; i++) isGood &&= isDigit[bytes[i] ?? 0] === 1;
    if (isGood) return at + 2; // the digits are plain characters
    this.at = at;
    this.#invalid("this escape is not JSON's");
  }

  /** The name of the top-level member that is being walked over; empty before the first. */
  get member(): string {
    return this.#keyEnd === 0 ? "" : this.#keys.text(this.keyStart + 1, this.#keyEnd - 1);
  }

  #scalar(byte: number): void {
    if (byte === 116) this.#literal("true");
    else if (byte === 102) this.#literal("false");
    else if (byte === 110) this.#literal("null");
    else this.#number(byte);
  }

  #literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) this.#invalid("this is no value");
    }
    this.at += word.length;
  }

  #number(first: number): void {
    if (first === minus) this.at++;
    if (this.bytes[this.at] === zero) this.at++;
    else this.#digits();
    if (this.bytes[this.at] === point) {
      this.at++;
      this.#digits();
    }
    const exponent = this.bytes[this.at];
    if (exponent !== 69 && exponent !== 101) return;
    this.at++;
    const sign = this.bytes[this.at];
    if (sign === minus || sign === plus) this.at++;
    this.#digits();
  }

  /** Passes at least one digit. */
  #digits(): void {
    const start = this.at;
    for (let byte = this.bytes[start] ?? 0; byte >= zero && byte <= nine; byte = this.bytes[this.at] ?? 0) this.at++;
    if (this.at === start) this.#invalid("this is no value");
  }

  #leave(): void {
    this.#depth--;
    this.at++;
  }

  #invalid(what: string): never {
    this.fail(`invalid JSON at byte ${this.at}: ${what}`);
  }
}

function found(at: number, bytes: Buffer): number {
  return at < 0 ? bytes.length : at;
}

function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const letter of letters) table[letter.charCodeAt(0)] = 1;
  return table;
}

/**
 * Passes characters and simple escapes of a string up to its quote, another escape or the limit, if not a little beyond. Reads three
 * bytes more. Four bytes a step: a quarter faster than one.
 */
function walk(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const first = bytes[at] as number; // within bounds, as the others are
    if (first === quote) return at;
    if (first === backslash) {
      if (isEscape[bytes[at + 1] as number] === 0) return at;
      at += 2;
      continue;
    }
    const second = bytes[at + 1] as number;
    if (second === quote || second === backslash) {
      at++;
      continue;
    }
    const third = bytes[at + 2] as number;
    if (third === quote || third === backslash) {
      at += 2;
      continue;
    }
    const fourth = bytes[at + 3] as number;
    if (fourth === quote || fourth === backslash) {
      at += 3;
      continue;
    }
    at += 4;
  }
  return at;
}
