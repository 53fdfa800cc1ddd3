import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import type { Span } from "../chat/guard.ts";
import { literalSearch } from "./literal-guard.ts";
import { ScannedJson } from "./scanned-json.ts";
import { pieceUnits } from "./scanned-text.ts";

/** A scan for some literals each by itself; a find's entity is its literal. */
function scanFor(literals: readonly string[]): ScannedJson {
  const searches = literals.map((literal) => literalSearch({ literals: [literal], action: "redact", entity: literal }));
  return new ScannedJson(searches, undefined);
}

/** What is found in a text, as `literal start-end`, in order. */
function find(literals: readonly string[], pieces: readonly string[]): string[] {
  const scanned = scanFor(literals);
  const spans: Span[] = [];
  for (const piece of pieces) scanned.feed(piece, spans);
  scanned.finish(spans);
  expect(scanned.safeTo).toBe(pieces.join("").length);
  return written(spans);
}

function written(spans: readonly Pick<Span, "entity" | "start" | "end">[]): string[] {
  return spans
    .toSorted((a, b) => a.start - b.start || a.end - b.end || (a.entity < b.entity ? -1 : 1))
    .map(({ entity, start, end }) => `${entity} ${start}-${end}`);
}

/** A unit of a string of JSON, or an escape that is not complete, and where it is written. */
interface Read {
  readonly unit: string;
  readonly from: number;
  readonly end: number;
}

/** The strings of a text of JSON; what is no JSON is read as well as it goes. */
function stringsOf(text: string): Read[][] {
  const controls: Record<string, string> = { n: "\n", t: "\t", b: "\b" };
  return [...text.matchAll(/"((?:\\(?:u(?:[\da-f]{4}|[\da-f]{0,3}(?:[^\da-f]|$))|[^u]|$)|[^"\\])*)"?/gi)].map((string) => {
    const units = (string[1] ?? "").matchAll(/\\(?:u(?:([\da-f]{4})|[\da-f]{0,3}([^\da-f]|$))|([^u]|$))|[^"\\]/gi);
    return [...units].map(({ 0: whole, 1: hex, 2: cut, 3: letter, index }) => {
      const from = string.index + 1 + index;
      const unit =
        hex === undefined ? (cut ?? controls[letter ?? ""] ?? letter ?? whole) : String.fromCharCode(Number.parseInt(hex, 16));
      return { unit, from, end: from + whole.length };
    });
  });
}

/** The same as {@link find}, by plain search. */
function oracle(literals: readonly string[], text: string): string[] {
  const strings = stringsOf(text);
  const escapes = strings.flat().filter(({ from, end }) => end - from > 1 || text[from] === "\\");
  const around = (at: number) => escapes.find(({ from, end }) => at > from && at < end);
  const found = new Map<string, Pick<Span, "entity" | "start" | "end">>();
  const add = (entity: string, start: number, end: number) => found.set(`${entity} ${start}-${end}`, { entity, start, end });
  for (const literal of literals) {
    for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + literal.length)) {
      add(literal, around(at)?.from ?? at, around(at + literal.length)?.end ?? at + literal.length);
    }
    for (const units of strings) {
      const value = units.map(({ unit }) => unit).join("");
      const whole = units.filter(({ unit }) => unit !== "");
      for (let at = value.indexOf(literal); at >= 0; at = value.indexOf(literal, at + literal.length)) {
        add(literal, whole[at]?.from ?? -1, whole[at + literal.length - 1]?.end ?? -1);
      }
    }
  }
  return written([...found.values()]);
}

describe("ScannedJson", () => {
  it.each([
    ["what stands in a string", ["ab"], '{"k":"xab"}', ["ab 7-9"]],
    ["what stands outside of one", ["ab"], '[ab, "c"]', ["ab 1-3"]],
    ["once what is found as it stands and in a string", ["ab"], '"ab ab"', ["ab 1-3", "ab 4-6"]],
    ["what is written with escapes", ["ab"], '"\\u0061\\u0062" "a\\u0062"', ["ab 1-13", "ab 16-23"]],
    ["a whole escape where part of it is found", ["u00"], '"\\u0041"', ["u00 1-7"]],
    ["whole escapes at both ends", ["1b\\u"], '"\\u0061b\\u0041"', ["1b\\u 1-14"]],
    ["a whole escape at the end alone", ["a\\u"], '"a\\u0041"', ["a\\u 1-8"]],
    ["two literals at one place", ["ab", "abc"], '"abc"', ["ab 1-3", "abc 1-4"]],
    ["nothing across strings", ["ab"], '"a","b"', []],
    ["a control that is written out", ["\n"], '"a\\nb"', ["\n 2-4"]],
    ["what ends where the text is cut", ["ab", "b\\u"], '"ab\\u00', ["ab 1-3", "b\\u 2-7"]],
    ["what a cut escape stands before", ["ab"], '"ab\\', ["ab 1-3"]],
    ["a string that is not closed", ["abab"], '"ab\\u0061b', ["abab 1-10"]],
  ])("finds %s", (_, literals, text, found) => {
    expect(find(literals, [text])).toEqual(found);
    expect(find(literals, text.split(""))).toEqual(found);
    expect(oracle(literals, text)).toEqual(found);
  });

  it.each([
    ["an escape until it is complete", "zz", '"x\\u0061"', [1, 2, 2, 2, 2, 2, 2, 8, 9]],
    ["what may become a find in a string", "ab", '"xa\\u0062"', [1, 2, 2, 2, 2, 2, 2, 2, 9, 10]],
    ["an escape that may begin one", "ab", '"\\u0061b"', [1, 1, 1, 1, 1, 1, 1, 8, 9]],
    ["what may become a find as it stands", ",b", "[1,2,b]", [1, 2, 2, 4, 4, 6, 7]],
    ["a find that ends within an escape", "a\\u", '"a\\u0041"', [1, 1, 1, 1, 1, 1, 1, 8, 9]],
    ["what a string may become, not what the next may", "a,", '"a","b"', [1, 1, 3, 4, 5, 6, 7]],
    ["a find that ends within an escape and begins before the string", '"\\u', 'x"\\u0041"', [1, 1, 1, 1, 1, 1, 1, 8, 8]],
    ["no more than may change", "ab", '"aab"', [1, 1, 2, 4, 5]],
  ])("holds %s", (_, literal, text, safe) => {
    const scanned = scanFor([literal]);
    const spans: Span[] = [];
    const held = text.split("").map((unit) => {
      scanned.feed(unit, spans);
      return scanned.safeTo;
    });
    expect(held).toEqual(safe);
  });

  it("reports once what the text as it stands has decided before its string has", () => {
    const search = literalSearch({ literals: ["ab", "abc"], action: "redact", entity: "X" });
    for (const [text, found] of [
      ['"ab\\u0064"', ["X 1-3"]],
      ['"ab\\u0063"', ["X 1-3", "X 1-9"]],
    ] as const) {
      const scanned = new ScannedJson([search], undefined);
      const spans: Span[] = [];
      for (const unit of text) scanned.feed(unit, spans);
      scanned.finish(spans);
      expect(written(spans)).toEqual(found);
    }
  });

  it("tells findings apart by their place, their name and what is done to them", () => {
    const all = [
      { literal: "abc", entity: "X", action: "redact" },
      { literal: "ab", entity: "X", action: "redact" },
      { literal: "bc", entity: "X", action: "redact" },
      { literal: "abc", entity: "Y", action: "redact" },
      { literal: "abc", entity: "X", action: "mask" },
    ] as const;
    const searches = all.map(({ literal, ...rest }) => literalSearch({ literals: [literal], ...rest }));
    const scanned = new ScannedJson(searches, undefined);
    const spans: Span[] = [];
    scanned.feed('"abc"', spans);
    scanned.finish(spans);
    expect(spans).toHaveLength(all.length);
  });

  it("reports a find with the piece that decides it", () => {
    const scanned = scanFor(["ab", "u0"]);
    const found = ['"a', "b", "a\\u006", "1", "b", '"'].map((piece) => {
      const spans: Span[] = [];
      scanned.feed(piece, spans);
      return written(spans);
    });
    expect(found).toEqual([[], ["ab 1-3"], [], ["u0 4-10"], ["ab 4-11"], []]);
  });

  it("finds the same in a text that is longer than what is searched at once", () => {
    const text = `["${"ab \\u0061b, ".repeat(12)}${"so on ".repeat(pieceUnits / 6)}ab\\u0061b"]`;
    const found = oracle(["ab", "61"], text);
    expect(found).toHaveLength(12 * 3 + 3);
    expect(find(["ab", "61"], [text])).toEqual(found);
    expect(find(["ab", "61"], [text.slice(0, pieceUnits + 1), text.slice(pieceUnits + 1)])).toEqual(found);
  });

  it("finds what plain search finds, in whatever pieces", () => {
    const fragment = fc.constantFrom("a", "b", "ab", '"', '"', "\\", "\\u0061", "\\u0062", "\\u00", "61", "u", "\\n", " ");
    const literal = fc.constantFrom("ab", "aa", "u00", "61", "a\\", "\\u", "\n", "b");
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 14 }),
        fc.uniqueArray(literal, { minLength: 1, maxLength: 2 }),
        (parts, literals) => {
          const text = `"${parts.join("")}`;
          const found = oracle(literals, text);
          expect([text, find(literals, [text])]).toEqual([text, found]);
          expect([text, find(literals, text.split(""))]).toEqual([text, found]);
          expect([text, find(literals, ['"', ...parts])]).toEqual([text, found]);
        },
      ),
      runsOf(2000),
    );
  });
});
