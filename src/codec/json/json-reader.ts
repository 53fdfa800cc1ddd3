/** What a {@link JsonReader} found wrong, and where. Turned into a GatewayError by whoever knows whose text it was. */
export class JsonProblem extends Error {
  #path: string;

  constructor(path: string, message: string) {
    super(message);
    this.#path = path;
  }

  /** Path of the value, e.g. `messages[2].role`; empty at the top. */
  get path(): string {
    return this.#path;
  }

  /** Adds the step from the object or array that holds the value. Any other error is given back as it is. */
  static under(step: string | number, error: unknown): unknown {
    if (error instanceof JsonProblem) {
      const rest = error.#path;
      const dot = rest === "" || rest.startsWith("[") ? "" : ".";
      error.#path = `${typeof step === "number" ? `[${step}]` : step}${dot}${rest}`;
    }
    return error;
  }
}

const maxDepth = 64;
const control = /[^ -\uffff]/; // below the space: refused inside strings (RFC 8259, section 7)
const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const quote = 34;
const comma = 44;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/**
 * Reads JSON text (RFC 8259, strictly) value by value, without building anything the caller does not ask for, and can give a
 * value's exact text. Nesting is limited to 64. Throws {@link JsonProblem}.
 */
export class JsonReader {
  readonly text: string;
  #at = 0;
  #depth = 0;
  #nextBackslash = -2;
  readonly #checksControl: boolean;
  #unescaped = "";

  constructor(text: string) {
    this.text = text;
    this.#checksControl = control.test(text);
  }

  /** Where reading has come: a character offset. */
  get at(): number {
    return this.#at;
  }

  /** Where the next value begins: a character offset. */
  position(): number {
    this.#skipSpace();
    return this.#at;
  }

  /** Fails at a path of its own. */
  failAt(path: string, message: string): never {
    throw new JsonProblem(path, message);
  }

  /** Fails at the value that is being read, or at a member of it. */
  fail(message: string, member = ""): never {
    throw new JsonProblem(member, message);
  }

  /** The kind of the next value, by its first character. */
  kind(): "string" | "number" | "object" | "array" | "true" | "false" | "null" {
    switch (this.#skipSpace()) {
      case quote:
        return "string";
      case openBrace:
        return "object";
      case openBracket:
        return "array";
      case 116:
        return "true";
      case 102:
        return "false";
      case 110:
        return "null";
      default:
        return "number";
    }
  }

  /** Reads `null` if that is the next value. */
  takeNull(): boolean {
    if (this.#skipSpace() !== 110) return false;
    this.#literal("null");
    return true;
  }

  string(): string {
    if (this.#skipSpace() !== quote) this.fail("must be a string");
    const start = this.#at;
    const end = this.#stringEnd();
    this.#at = end;
    if (this.#nextBackslash > start && this.#nextBackslash < end) return this.#unescaped;
    return this.text.slice(start + 1, end - 1);
  }

  number(): number {
    this.#skipSpace();
    const start = this.#at;
    this.#skipNumber("must be a number");
    return Number(this.text.slice(start, this.#at));
  }

  boolean(): boolean {
    const kind = this.kind();
    if (kind !== "true" && kind !== "false") this.fail("must be true or false");
    this.#literal(kind);
    return kind === "true";
  }

  /** Reads an object; `member` must read the value of the key it is given. */
  object(member: (key: string, keyStart: number) => void): void {
    if (this.#skipSpace() !== openBrace) this.fail("must be an object");
    this.#enter();
    if (this.#skipSpace() === closeBrace) {
      this.#leave();
      return;
    }
    for (;;) {
      if (this.#skipSpace() !== quote) this.fail(`invalid JSON at character ${this.#at}: a key is missing`);
      const keyStart = this.#at;
      const key = this.string();
      if (this.#skipSpace() !== colon) this.fail(`invalid JSON at character ${this.#at}: a colon is missing`);
      this.#at++;
      try {
        member(key, keyStart);
      } catch (error) {
        throw JsonProblem.under(key, error);
      }
      if (this.#more(closeBrace)) return;
    }
  }

  /** Reads an array; `item` must read the value at the index it is given. */
  array(item: (index: number) => void): void {
    if (this.#skipSpace() !== openBracket) this.fail("must be an array");
    this.#enter();
    if (this.#skipSpace() === closeBracket) {
      this.#leave();
      return;
    }
    for (let index = 0; ; index++) {
      try {
        item(index);
      } catch (error) {
        throw JsonProblem.under(index, error);
      }
      if (this.#more(closeBracket)) return;
    }
  }

  /** Reads any value and gives its exact text. */
  raw(): string {
    this.#skipSpace();
    const start = this.#at;
    this.skip();
    return this.text.slice(start, this.#at);
  }

  /** Reads any value. */
  skip(): void {
    switch (this.kind()) {
      case "string":
        this.string();
        break;
      case "object":
        this.object(() => this.skip());
        break;
      case "array":
        this.array(() => this.skip());
        break;
      case "number":
        this.#skipNumber(`invalid JSON at character ${this.#at}`);
        break;
      case "true":
        this.#literal("true");
        break;
      case "false":
        this.#literal("false");
        break;
      case "null":
        this.#literal("null");
        break;
    }
  }

  /** The text from `start` to where reading has come. */
  since(start: number): string {
    return this.text.slice(start, this.#at);
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.text.length) this.fail(`invalid JSON at character ${this.#at}: something follows the value`);
  }

  #skipSpace(): number {
    let code = this.text.charCodeAt(this.#at);
    while (code === 32 || (code <= 13 && (code === 10 || code === 13 || code === 9))) code = this.text.charCodeAt(++this.#at);
    return code;
  }

  #enter(): void {
    if (++this.#depth > maxDepth) this.fail(`nested deeper than ${maxDepth} levels`);
    this.#at++;
  }

  #leave(): void {
    this.#depth--;
    this.#at++;
  }

  #more(close: number): boolean {
    const code = this.#skipSpace();
    if (code === comma) {
      this.#at++;
      return false;
    }
    if (code !== close) this.fail(`invalid JSON at character ${this.#at}: a comma or a closing bracket is missing`);
    this.#leave();
    return true;
  }

  /** One past the closing quote of the string that starts here; one with a backslash leaves what it says in `#unescaped`. */
  #stringEnd(): number {
    const { text } = this;
    const start = this.#at;
    if (this.#nextBackslash < start) {
      const found = text.indexOf("\\", start);
      this.#nextBackslash = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    let end = text.indexOf('"', start + 1);
    if (end > this.#nextBackslash) {
      let at = this.#nextBackslash;
      for (;;) {
        const code = text.charCodeAt(at);
        if (code === backslash) at += 2;
        else if (code === quote) break;
        else if (Number.isNaN(code)) this.fail("invalid JSON: a string does not end");
        else at++;
      }
      end = at;
      try {
        this.#unescaped = JSON.parse(text.slice(start, end + 1)) as string; // a JSON string
      } catch {
        this.fail(`invalid JSON at character ${start}: a string has a bad escape or a control character`);
      }
    } else if (end < 0) this.fail("invalid JSON: a string does not end");
    else if (this.#checksControl && control.test(text.slice(start, end))) {
      this.fail(`invalid JSON at character ${start}: a string has a control character`);
    }
    return end + 1;
  }

  #skipNumber(message: string): void {
    numberAt.lastIndex = this.#at;
    if (!numberAt.test(this.text)) this.fail(message);
    this.#at = numberAt.lastIndex;
    const next = this.text.charCodeAt(this.#at);
    if ((next >= 48 && next <= 57) || next === 46 || next === 43 || next === 45)
      this.fail(`invalid JSON at character ${this.#at}`);
  }

  #literal(word: string): void {
    if (!this.text.startsWith(word, this.#at)) this.fail(`invalid JSON at character ${this.#at}`);
    this.#at += word.length;
  }
}
