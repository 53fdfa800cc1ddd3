import { GatewayError } from "../chat/error.ts";
import type { CharacterFold } from "./character-fold.ts";
import { continuations, neighbourOf, opposite, otherWays, surrogatePair, wordBoundary } from "./lookaround.ts";
import { controlEscapes, type PatternNode, unit } from "./pattern-syntax.ts";
import { unitsWith } from "./unit-properties.ts";
import { UnitSet } from "./unit-set.ts";

/** How a pattern is read. */
export interface PatternOptions {
  /** Whether letters match in either case. Default false; `(?i:…)` says so for a part. */
  readonly caseInsensitive?: boolean | undefined;
  /** What the text is folded by before it is matched: the pattern's own letters are folded alike. Default nothing. */
  readonly fold?: CharacterFold | undefined;
}

/** Copies that counted repeats may make of a pattern's parts, so that one cannot fill the memory. */
const maxCopies = 1000;

/**
 * Parses a pattern: a subset of JavaScript's syntax (flag `u`, ECMA-262 §22.2) that can be matched in one pass and linear time.
 * There are characters and their escapes, `.`, classes, `\d \w \s \p{…}` and their complements, groups (none captures), `|`,
 * `? * + {n} {n,} {n,m}`, `(?i:…)`, `^ $` (start and end of the text), `\b \B`, and looking one character back or ahead: `(?<=…)`,
 * `(?<!…)`, `(?=…)`, `(?!…)`. At the very end of a pattern it may look several characters ahead.
 * @throws GatewayError `internal` with the place and the reason.
 */
export function parsePattern(source: string, options: PatternOptions = {}): PatternNode {
  return new PatternParser(source, options).parse();
}

class PatternParser {
  readonly #source: string;
  readonly #fold: CharacterFold | undefined;
  #at = 0;
  #caseInsensitive: boolean;

  constructor(source: string, options: PatternOptions) {
    this.#source = source;
    this.#fold = options.fold;
    this.#caseInsensitive = options.caseInsensitive === true;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) this.#fail("a ) closes nothing");
    return node;
  }

  #choice(): PatternNode {
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "choice", nodes };
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) nodes.push(this.#repeated());
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "sequence", nodes };
  }

  #repeated(): PatternNode {
    const start = this.#at;
    const node = this.#atom();
    const counts = this.#counts();
    if (counts === undefined) return node;
    if (node.kind === "before" || node.kind === "after" || node.kind === "ahead") this.#fail("nothing to repeat", start);
    const [least, most] = counts;
    if (most < least) this.#fail("the smaller count comes first", start);
    if (Math.max(least, most === Number.POSITIVE_INFINITY ? 0 : most) > maxCopies) {
      this.#fail(`a repeat counts to ${maxCopies} at the most`, start);
    }
    if (this.#sees("?")) this.#fail("lazy repeats change nothing here: the longest match is taken");
    return { kind: "repeat", node, least, most };
  }

  #counts(): readonly [least: number, most: number] | undefined {
    if (this.#take("?")) return [0, 1];
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (!this.#sees("{")) return undefined;
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 24));
    if (found === null) this.#fail("a { needs a count, or a \\ before it");
    this.#at += found[0].length;
    const least = Number(found[1]);
    if (found[2] === undefined) return [least, least];
    return [least, found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3])];
  }

  #atom(): PatternNode {
    const start = this.#at;
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group(start);
      case "[":
        return this.#class(start);
      case ".":
        return this.#allBut(UnitSet.lineEnds);
      case "^":
        return { kind: "before", set: UnitSet.empty, edge: true };
      case "$":
        return { kind: "after", set: UnitSet.empty, edge: true };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
      case "{":
        return this.#fail("nothing to repeat", start);
      case "]":
      case "}":
        return this.#fail(`a ${character} needs a \\ before it`, start);
      default:
        return this.#literal(character);
    }
  }

  #group(start: number): PatternNode {
    if (this.#take("?<=")) return this.#behind(start, false);
    if (this.#take("?<!")) return this.#behind(start, true);
    if (this.#take("?=")) return this.#ahead(start, false);
    if (this.#take("?!")) return this.#ahead(start, true);
    const outer = this.#caseInsensitive;
    if (this.#take("?i:")) this.#caseInsensitive = true;
    else if (!this.#take("?:") && this.#sees("?")) this.#fail("groups are (…), (?:…) and (?i:…)", start);
    const node = this.#choice();
    this.#caseInsensitive = outer;
    this.#close(start);
    return node;
  }

  #behind(start: number, negated: boolean): PatternNode {
    const step = neighbourOf(this.#choice()) ?? this.#fail("what is looked back to is one character", start);
    this.#close(start);
    return { kind: "before", ...(negated ? opposite(step) : step) };
  }

  #ahead(start: number, negated: boolean): PatternNode {
    const node = this.#choice();
    this.#close(start);
    const step = neighbourOf(node);
    if (step !== undefined) return { kind: "after", ...(negated ? opposite(step) : step) };
    const ways = continuations(node, (reason) => this.#fail(reason, start));
    if (!negated) return { kind: "ahead", ways };
    const [only] = ways;
    if (ways.length > 1 || only === undefined) this.#fail("what must not follow is one sequence of characters", start);
    return { kind: "ahead", ways: otherWays(only) };
  }

  #escape(): PatternNode {
    const start = this.#at - 1;
    const character = this.#next();
    switch (character) {
      case "b":
      case "B":
        return wordBoundary(character === "b");
      case "D":
      case "W":
      case "S":
      case "P":
        return this.#allBut(this.#shorthand(character.toLowerCase(), start) ?? UnitSet.empty);
      default: {
        const set = this.#shorthand(character, start);
        return set === undefined ? this.#literal(this.#escaped(character, start)) : unit(set);
      }
    }
  }

  /** The set that `\d`, `\w`, `\s` or `\p{…}` stands for. */
  #shorthand(character: string, start: number): UnitSet | undefined {
    if (character === "d") return UnitSet.digits;
    if (character === "w") return UnitSet.word;
    if (character === "s") return UnitSet.space;
    if (character !== "p") return undefined;
    const found = /^\{[\w=]+\}/.exec(this.#source.slice(this.#at, this.#at + 64));
    if (found === null) this.#fail("\\p needs a property: \\p{L}", start);
    this.#at += found[0].length;
    return unitsWith(found[0], () => this.#fail(`there is no property ${found[0]}`, start));
  }

  #escaped(character: string, start: number): string {
    const control = controlEscapes[character];
    if (control !== undefined) return control;
    if (character === "x" || character === "u") {
      const rest = this.#source.slice(this.#at, this.#at + 10);
      const found = character === "x" ? /^([\da-fA-F]{2})/.exec(rest) : /^(?:([\da-fA-F]{4})|\{([\da-fA-F]{1,6})\})/.exec(rest);
      const codePoint = Number.parseInt(found?.[1] ?? found?.[2] ?? "", 16);
      if (found === null || codePoint > 0x10ffff) this.#fail(`\\${character} needs hexadecimal digits`, start);
      this.#at += found[0].length;
      return String.fromCodePoint(codePoint);
    }
    if (/[\dA-Za-z]/.test(character)) this.#fail(`\\${character} is not an escape of this syntax`, start);
    return character;
  }

  #class(start: number): PatternNode {
    const negated = this.#take("^");
    let set = UnitSet.empty;
    const sequences: PatternNode[] = [];
    while (!this.#take("]")) {
      if (this.#at >= this.#source.length) this.#fail("a [ is not closed", start);
      const [from, shorthand] = this.#member();
      if (shorthand !== undefined) {
        set = UnitSet.union(set, shorthand);
        continue;
      }
      let to = from;
      if (this.#sees("-") && this.#source[this.#at + 1] !== "]") {
        this.#at++;
        const [end, other] = this.#member();
        if (other !== undefined) this.#fail("a range goes from one character to another", start);
        to = end;
      }
      const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
      if (high < low) this.#fail(`the range ${from}-${to} is the wrong way round`, start);
      if (low !== high) {
        if (high > 0xffff) this.#fail("a range ends at U+FFFF at the latest", start);
        set = UnitSet.union(set, UnitSet.fromRanges([low, high]), this.#foldedRange(low, high));
        continue;
      }
      const units = this.#folded(from);
      if (units.length === 1) set = UnitSet.union(set, UnitSet.of(units + units));
      else if (negated) this.#fail(`${from} is more than one unit, so it cannot be excluded`, start);
      else sequences.push(this.#literal(from));
    }
    if (this.#caseInsensitive) set = set.inBothCases();
    if (negated) return this.#allBut(set);
    if (set.isEmpty && sequences.length === 0) this.#fail("an empty class matches nothing", start);
    if (sequences.length === 0) return unit(set);
    return { kind: "choice", nodes: set.isEmpty ? sequences : [unit(set), ...sequences] };
  }

  /** The next member of a class: a character, or the set that an escape stands for. */
  #member(): readonly [character: string, set: UnitSet | undefined] {
    const start = this.#at;
    const character = this.#next();
    if (character === "[") this.#fail("a [ in a class needs a \\ before it", start);
    if (character !== "\\") return [character, undefined];
    const letter = this.#next();
    if (letter === "b") return ["\b", undefined];
    const set = this.#shorthand(letter.toLowerCase(), start);
    if (set !== undefined && letter !== letter.toLowerCase()) return [letter, set.complement().without(UnitSet.surrogates)];
    return set === undefined ? [this.#escaped(letter, start), undefined] : [letter, set];
  }

  #foldedRange(from: number, to: number): UnitSet {
    const ends: number[] = [];
    for (let each = Math.max(from, 0x80); this.#fold !== undefined && each <= to; each++) {
      const folded = this.#folded(String.fromCharCode(each));
      if (folded.length === 1) ends.push(folded.charCodeAt(0), folded.charCodeAt(0));
    }
    return UnitSet.fromRanges(ends);
  }

  /** A character as it stands in the folded text. */
  #folded(character: string): string {
    return this.#fold === undefined ? character : this.#fold.of(character.codePointAt(0) ?? 0);
  }

  #literal(character: string): PatternNode {
    const nodes = Array.from(this.#folded(character).split(""), (each) => {
      const set = UnitSet.of(each + each);
      return unit(this.#caseInsensitive ? set.inBothCases() : set);
    });
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "sequence", nodes };
  }

  /** Any whole character that is not in a set. */
  #allBut(set: UnitSet): PatternNode {
    return { kind: "choice", nodes: [unit(set.complement().without(UnitSet.surrogates)), surrogatePair] };
  }

  #next(): string {
    const codePoint = this.#source.codePointAt(this.#at);
    if (codePoint === undefined) this.#fail("the pattern ends too early");
    const character = String.fromCodePoint(codePoint);
    this.#at += character.length;
    return character;
  }

  #sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const seen = this.#sees(text);
    if (seen) this.#at += text.length;
    return seen;
  }

  #close(start: number): void {
    if (!this.#take(")")) this.#fail("a ( is not closed", start);
  }

  #fail(reason: string, at = this.#at): never {
    throw new GatewayError("internal", `pattern ${this.#source}, character ${at + 1}: ${reason}`);
  }
}
