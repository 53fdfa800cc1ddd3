import { hasControl } from "./has-control.ts";
import { JsonProblem } from "./json-reader.ts";
import { KeyRegister } from "./key-register.ts";

const maxDepth = 64;
/** Words of four bytes that are looked at before the next quote is searched for: where quotes are far apart, and where they are not. */
const eager = 8;
const patient = 64;

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

/** 1 for what may follow a backslash beside `u`; 2 for hexadecimal digits; 3 for both. */
const escapes = new Uint8Array(256);
for (const letter of '"\\/bfnrt') escapes[letter.charCodeAt(0)] = 1;
for (const letter of "0123456789abcdefABCDEF") escapes[letter.charCodeAt(0)] = (escapes[letter.charCodeAt(0)] ?? 0) | 2;

/**
 * Walks over JSON (RFC 8259, strictly) in UTF-8 bytes without building anything. Refuses nesting deeper than 64, a key that comes
 * twice in one object however it is written, and the key `__proto__`. Offsets are bytes. Throws {@link JsonProblem}, whose path is
 * the top-level member at fault.
 */
export class JsonBytes {
  readonly bytes: Buffer;
  /** Where walking has come. */
  at = 0;
  /** The top-level member that is being walked over, and where its key begins. */
  member = "";
  keyStart = 0;
  readonly #keys: KeyRegister;
  /** Whether the container at each depth is an object. */
  readonly #isObject: boolean[] = [];
  #depth = 0;
  /** The next quote and backslash, where they are known; behind `at`: unknown. */
  #nextQuote = -1;
  #nextBackslash = -1;
  #window = eager;
  readonly #words: Int32Array;
  readonly #shift: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#shift = bytes.byteOffset & 3;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset - this.#shift, (bytes.length + this.#shift) >> 2);
    this.#keys = new KeyRegister(bytes);
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
    if (this.#depth === 1) {
      this.keyStart = start;
      this.member = this.#keys.text(start + 1, end - 1);
    }
    const problem = this.#keys.add(this.#depth, start + 1, end - 1);
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

  /** Passes the string that begins here. */
  string(): void {
    const { bytes } = this;
    for (let at = this.#special(this.at + 1); at < bytes.length; at = this.#special(at)) {
      const byte = bytes[at] as number; // at is within bounds
      if (byte === quote) {
        this.at = at + 1;
        return;
      }
      if (byte === backslash) {
        const letter = bytes[at + 1] ?? 0;
        if (((escapes[letter] as number) & 1) === 0) this.#unicodeEscape(at, letter);
        at += 2; // the digits of a \u are plain characters
      } else if (byte < 32) this.#control(at);
      else at++; // a false alarm
    }
    this.#invalid("a string does not end");
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    this.member = "";
    if (this.space() !== -1) this.#invalid("something follows the body");
  }

  /** From inside a string to the next quote, backslash or control character, or to the end; may stop earlier. */
  #special(at: number): number {
    const words = this.#words;
    const from = at + this.#shift;
    let i = from >> 2;
    const limit = Math.min(i + this.#window, words.length);
    if (i < limit) {
      let mask = specials(words[i] as number) & (-1 << ((from & 3) << 3)); // i is within bounds
      while (mask === 0 && ++i < limit) mask = specials(words[i] as number);
      if (mask !== 0) return i * 4 + ((31 - Math.clz32(mask & -mask)) >> 3) - this.#shift;
      if (limit < words.length) return this.#jump(i * 4 - this.#shift);
    }
    return Math.max(at, words.length * 4 - this.#shift);
  }

  #jump(at: number): number {
    const { bytes } = this;
    if (this.#nextQuote < at) this.#nextQuote = found(bytes.indexOf(quote, at), bytes);
    if (this.#nextBackslash < at) this.#nextBackslash = found(bytes.indexOf(backslash, at), bytes);
    const to = Math.min(this.#nextQuote, this.#nextBackslash);
    this.#window = to - at < patient * 4 ? patient : eager;
    if (hasControl(bytes, at, to)) this.#control(at);
    return to;
  }

  /** Checks the escape at `at` that has to be a `\u` with four digits. */
  #unicodeEscape(at: number, letter: number): void {
    const { bytes } = this;
    let isEscape = letter === letterU;
    for (let i = at + 2; i < at + 6; i++) isEscape &&= ((escapes[bytes[i] ?? 0] as number) & 2) !== 0;
    if (isEscape) return;
    this.at = at;
    this.#invalid("this escape is not JSON's");
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

  #control(at: number): never {
    this.at = at;
    while ((this.bytes[this.at] ?? 0) >= 32) this.at++;
    this.#invalid("a control character in a string must be escaped");
  }

  #invalid(what: string): never {
    this.fail(`invalid JSON at byte ${this.at}: ${what}`);
  }
}

function found(at: number, bytes: Buffer): number {
  return at < 0 ? bytes.length : at;
}

/**
 * The high bit of every byte that is a quote, a backslash or a control character; the lowest of them is right, others may be too
 * many. A quote with its bit 1 turned is a space, one more than the last control character.
 */
function specials(word: number): number {
  const turned = word ^ 0x02020202;
  const back = word ^ 0x5c5c5c5c;
  return (((turned - 0x21212121) & ~turned) | ((back - 0x01010101) & ~back)) & 0x80808080;
}
