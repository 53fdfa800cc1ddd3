import { describe, expect, it } from "vitest";
import { caseShare, casesOf, sampleOf } from "../../test/support/cases.ts";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";
import { LiteralAutomaton, type LiteralOptions } from "./literal-automaton.ts";
import { LiteralMatcher } from "./literal-matcher.ts";
import type { TextMatch } from "./text-search.ts";

/** A find, by its units in the original. */
interface LiteralMatch {
  readonly start: number;
  readonly end: number;
}

/** Searches one text that comes as strings. */
class Searcher {
  readonly #text: FoldedText;
  readonly #matcher: LiteralMatcher;

  constructor(automaton: LiteralAutomaton, { fold }: LiteralOptions = {}) {
    this.#text = new FoldedText(fold);
    this.#matcher = new LiteralMatcher(automaton);
  }

  get safeTo(): number {
    return this.#text.rawOffset(this.#matcher.decided);
  }

  feed(text: string, out: LiteralMatch[]): void {
    this.#text.take(text);
    this.#search((found) => this.#matcher.feed(this.#text, found), out);
    this.#text.forget(this.#matcher.decided - 1);
  }

  finish(out: LiteralMatch[]): void {
    this.#text.finish();
    this.#search((found) => this.#matcher.feed(this.#text, found), out);
    this.#search((found) => this.#matcher.finish(this.#text, found), out);
  }

  #search(step: (found: TextMatch[]) => void, out: LiteralMatch[]): void {
    const found: TextMatch[] = [];
    step(found);
    for (const { start, end } of found) out.push({ start: this.#text.rawOffset(start), end: this.#text.rawEnd(end - 1) });
  }
}

/** The same numbers for the same seed, below `limit` (xorshift32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Every string over {a, b, c} up to a length, shortest first. */
function strings(longest: number): string[] {
  const all = [""];
  for (let i = 0; i < all.length; i++) {
    const text = all[i] ?? "";
    if (text.length < longest) for (const letter of "abc") all.push(text + letter);
  }
  return all;
}

/** How long the texts are that are tried all. */
const letters = caseShare < 1 ? 4 : 6;

/** What is found in a whole text, by plain search. */
function oracle(literals: readonly string[], text: string): LiteralMatch[] {
  const matches: LiteralMatch[] = [];
  for (let start = 0; start < text.length; ) {
    let length = 0;
    for (const literal of literals) if (literal.length > length && text.startsWith(literal, start)) length = literal.length;
    if (length > 0) matches.push({ start, end: start + length });
    start += Math.max(1, length);
  }
  return matches;
}

/** The text with each find as one symbol of its own. */
function rendered(text: string, matches: readonly LiteralMatch[], literals: readonly string[]): string {
  let out = "";
  let at = 0;
  for (const { start, end } of matches) {
    out += text.slice(at, start) + String.fromCharCode(0xe000 + literals.indexOf(text.slice(start, end)));
    at = end;
  }
  return out + text.slice(at);
}

/** The offset in the text up to which all outputs agree. */
function commonOffset(outputs: readonly string[], literals: readonly string[]): number {
  const [first = "", ...others] = outputs;
  let common = first.length;
  for (const other of others) {
    let at = 0;
    while (at < common && first.charCodeAt(at) === other.charCodeAt(at)) at++;
    common = at;
  }
  let offset = 0;
  for (let at = 0; at < common; at++) {
    const symbol = first.charCodeAt(at);
    offset += symbol >= 0xe000 ? (literals[symbol - 0xe000]?.length ?? 0) : 1;
  }
  return offset;
}

describe("LiteralMatcher", () => {
  it("finds what plain search finds, and holds back exactly what some continuation could change: every text and set", () => {
    const texts = strings(letters);
    const longer = strings(letters + 2);
    const literals = strings(3).slice(1);
    const pairs = literals.flatMap((one, i) => [[one], ...literals.slice(i + 1).map((other) => [one, other])]);
    const sets = sampleOf(pairs);
    let cases = 0;
    const wrong: string[] = [];
    for (const set of sets) {
      const automaton = new LiteralAutomaton(set);
      const found = new Map<string, LiteralMatch[]>();
      const outputs = new Map<string, string>();
      for (const text of longer) {
        const matches = oracle(set, text);
        found.set(text, matches);
        outputs.set(text, rendered(text, matches, set));
      }
      const continuations = longer.slice(0, 13); // up to two letters: the longest literal without its first
      const best = new Map(
        texts.map((text) => [
          text,
          commonOffset(
            continuations.map((more) => outputs.get(text + more) ?? ""),
            set,
          ),
        ]),
      );
      for (const text of texts) {
        if (text.length < letters && text.length > 0) continue; // shorter ones are met as prefixes
        const matcher = new Searcher(automaton);
        const matches: LiteralMatch[] = [];
        for (let i = 0; i < text.length; i++) {
          matcher.feed(text[i] ?? "", matches);
          cases++;
          const prefix = text.slice(0, i + 1);
          const reported = matches.at(-1)?.end ?? 0;
          if (matcher.safeTo !== best.get(prefix) || reported > matcher.safeTo) {
            wrong.push(`${set} on ${prefix}: safe to ${matcher.safeTo}, best ${best.get(prefix)}`);
          }
        }
        matcher.finish(matches);
        if (matcher.safeTo !== text.length || !same(matches, found.get(text) ?? [])) wrong.push(`${set} on ${text}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(pairs.length).toBe(780);
    expect(cases).toBe(sets.length * 3 ** letters * letters);
    process.stdout.write(`literal matcher: ${cases} steps over ${sets.length} sets, each compared with brute force\n`);
  });

  it("does the same for larger sets and longer texts, in pieces of any length: a seeded sample", () => {
    const next = numbers(20261124);
    const word = (longest: number) => Array.from({ length: 1 + next(longest) }, () => "abc"[next(3)]).join("");
    const continuations = strings(4);
    const cases = casesOf(4000);
    for (let n = 0; n < cases; n++) {
      const set = Array.from({ length: 1 + next(6) }, () => word(5));
      const text = word(14);
      const matcher = new Searcher(new LiteralAutomaton(set));
      const matches: LiteralMatch[] = [];
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + next(5);
        matcher.feed(text.slice(at, end), matches);
        const prefix = text.slice(0, end);
        const outputs = continuations.map((more) => rendered(prefix + more, oracle(set, prefix + more), set));
        expect([set, prefix, matcher.safeTo]).toEqual([set, prefix, commonOffset(outputs, set)]);
        at = end;
      }
      matcher.finish(matches);
      expect([set, text, matches]).toEqual([set, text, oracle(set, text)]);
    }
    process.stdout.write(`literal matcher: ${cases} larger cases\n`);
  });

  it.each([
    { literals: ["ß"], text: "SS ß", found: ["SS", "ß"] },
    { literals: ["Straße"], text: "STRAßE straße STRASSE", found: ["STRAßE", "straße", "STRASSE"] },
    { literals: ["ÉTÉ"], text: "été Été", found: ["été", "Été"] },
    { literals: ["kelvin"], text: "\u212aelvin KELVIN", found: ["\u212aelvin", "KELVIN"] },
    { literals: ["σίσυφος"], text: "ΣΊΣΥΦΟΣ", found: ["ΣΊΣΥΦΟΣ"] },
    { literals: ["İ"], text: "i İ", found: ["i", "İ"] },
    { literals: ["f"], text: "ﬁ f", found: ["f"] },
    { literals: ["xfiy", "i", "xf"], text: "xﬁ i", found: ["i"] },
    { literals: ["key", "KEY-1"], text: "Key-1 kEY", found: ["Key-1", "kEY"] },
  ])("finds $found in $text in either case", ({ literals, text, found }) => {
    const options = { fold: CharacterFold.with({ case: true }) };
    const matcher = new Searcher(new LiteralAutomaton(literals, options), options);
    const matches: LiteralMatch[] = [];
    for (const unit of text) matcher.feed(unit, matches);
    matcher.finish(matches);
    expect(matches.map(({ start, end }) => text.slice(start, end))).toEqual(found);
  });

  it.each([
    { literals: ["ass"], text: "class ass, assume (ass) ASS", found: ["ass", "ass"] },
    { literals: ["c++", "c"], text: "c c++ c++11 xc++ c.", found: ["c", "c++", "c++", "c"] },
    { literals: ["ab", "ab cd"], text: "ab cde ab cd xab cd", found: ["ab", "ab cd"] },
    { literals: ["class x", "ass"], text: "class. ass", found: ["ass"] },
    { literals: ["sub class", "class"], text: "subclass class", found: ["class"] },
    { literals: ["秘密"], text: "これは秘密です", found: ["秘密"] },
    { literals: ["été"], text: "étés été", found: ["été"] },
  ])("finds $found, as whole words, in $text", ({ literals, text, found }) => {
    const automaton = new LiteralAutomaton(literals, { wholeWords: true });
    for (const size of [1, 2, 3, text.length]) {
      const searcher = new Searcher(automaton);
      const matches: LiteralMatch[] = [];
      for (let at = 0; at < text.length; at += size) searcher.feed(text.slice(at, at + size), matches);
      searcher.finish(matches);
      expect(matches.map(({ start, end }) => text.slice(start, end))).toEqual(found);
    }
  });

  it("holds nothing within a word for literals that are whole words, and at its end only what may still go on", () => {
    const searcher = new Searcher(new LiteralAutomaton(["her", "her own"], { wholeWords: true }));
    const safe = [..."there her own h"].map((unit) => {
      searcher.feed(unit, []);
      return searcher.safeTo;
    });
    expect(safe).toEqual([1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 14, 14]);
  });

  it("never says a text is safe up to the middle of a surrogate pair", () => {
    const text = "a😀😃b\ud83dc😀";
    for (const literals of [["x"], ["😃"], ["😀😀"], ["b", "a😀"]]) {
      const matcher = new Searcher(new LiteralAutomaton(literals));
      const matches: LiteralMatch[] = [];
      let last = 0;
      for (let i = 0; i < text.length; i++) {
        matcher.feed(text.charAt(i), matches);
        expect(matcher.safeTo).toBeGreaterThanOrEqual(last);
        last = matcher.safeTo;
        const [before, after] = [text.charCodeAt(last - 1), text.charCodeAt(last)];
        expect((before & 0xfc00) === 0xd800 && (after & 0xfc00) === 0xdc00).toBe(false);
      }
      matcher.finish(matches);
      expect(matches).toEqual(oracle(literals, text));
      expect(matcher.safeTo).toBe(text.length);
    }
  });

  it("holds back half a pair at the end until its other half or the end is there", () => {
    const matcher = new Searcher(new LiteralAutomaton(["x"]));
    matcher.feed("ab\ud83d", []);
    expect(matcher.safeTo).toBe(2);
    matcher.feed("", []);
    expect(matcher.safeTo).toBe(2);
    matcher.finish([]);
    expect(matcher.safeTo).toBe(3);
  });

  it.each([
    [["ab"], {}, ["x".repeat(50)], 0],
    [["ab"], {}, [`xxab${"x".repeat(50)}`], 2],
    [["ass"], { wholeWords: true }, ["cl", "asses"], 0],
    [["ass"], { wholeWords: true }, ["xx -", "ass", " x".repeat(50)], 4],
    [["i"], { fold: CharacterFold.with() }, ["ﬁ".repeat(50)], 0],
  ])("with %j and %o takes of %j only steps that lead somewhere: %i", (literals, options, pieces, steps) => {
    let taken = 0;
    const automaton = new LiteralAutomaton(literals, options);
    const step = automaton.step.bind(automaton);
    automaton.step = (node, unit) => {
      taken++;
      return step(node, unit);
    };
    const searcher = new Searcher(automaton, options);
    for (const piece of pieces) searcher.feed(piece, []);
    expect(taken).toBe(steps);
  });

  it("takes linear time on the worst of texts and lists", () => {
    const [long, repetitions] = [5000, casesOf(200)];
    const matcher = new Searcher(new LiteralAutomaton(["a", `${"a".repeat(long)}b`]));
    const matches: LiteralMatch[] = [];
    for (let i = 0; i < repetitions; i++) matcher.feed(`${"a".repeat(long - 1)}c`, matches);
    matcher.finish(matches);
    expect(matches.length).toBe(repetitions * (long - 1));
  });
});

describe("LiteralAutomaton", () => {
  it.each([[[]], [[""]], [["ok", ""]], [["\ud83d"]]])("refuses %j", (literals: string[]) => {
    expect(() => new LiteralAutomaton(literals)).toThrow(expect.objectContaining({ code: "internal" }));
  });
});

function same(a: readonly LiteralMatch[], b: readonly LiteralMatch[]): boolean {
  return a.length === b.length && a.every((match, i) => match.start === b[i]?.start && match.end === b[i]?.end);
}
