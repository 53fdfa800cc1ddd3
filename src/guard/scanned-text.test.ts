import { describe, expect, it } from "vitest";
import type { Span } from "../chat/guard.ts";
import { CharacterFold } from "./character-fold.ts";
import { literalSearch } from "./literal-guard.ts";
import { contextUnits } from "./recognizer.ts";
import { pieceUnits, ScannedText } from "./scanned-text.ts";
import type { TextSearch } from "./text-search.ts";

const searchFor = (literal: string): TextSearch => literalSearch({ literals: [literal], action: "redact", entity: literal });
const written = (spans: readonly Span[]) => spans.map(({ entity, start, end }) => `${entity} ${start}-${end}`);

describe("ScannedText", () => {
  it("reports what each search finds, with the piece that decides it, and is safe as far as all have decided", () => {
    const scanned = new ScannedText([searchFor("abc"), searchFor("b")], undefined);
    const steps = ["xa", "bc", "ab"].map((piece) => {
      const spans: Span[] = [];
      scanned.feed(piece, spans);
      return [written(spans), scanned.safeTo];
    });
    expect(steps).toEqual([
      [[], 1],
      [["abc 1-4", "b 2-3"], 4],
      [["b 5-6"], 4],
    ]);
  });

  it("decides the rest at the end, with half of a pair that stands alone", () => {
    const scanned = new ScannedText([searchFor("\ufffd"), searchFor("a")], CharacterFold.with());
    const spans: Span[] = [];
    scanned.feed("a\ud83d", spans);
    expect([written(spans), scanned.safeTo]).toEqual([["a 0-1"], 1]);
    scanned.finish(spans);
    expect([written(spans), scanned.safeTo]).toEqual([["a 0-1", "\ufffd 1-2"], 2]);
  });

  it("reports at the end what each search has left open", () => {
    const open = literalSearch({ literals: ["ab", "abc"], action: "redact", entity: "open" });
    const scanned = new ScannedText([open, searchFor("b"), open], undefined);
    const spans: Span[] = [];
    scanned.feed("xab", spans);
    expect(written(spans)).toEqual(["b 2-3"]);
    scanned.finish(spans);
    expect(written(spans)).toEqual(["b 2-3", "open 1-3", "open 1-3"]);
  });

  it("gives a find's place in the original", () => {
    const scanned = new ScannedText([searchFor("fi")], CharacterFold.with());
    const spans: Span[] = [];
    scanned.feed("😀\u200bﬁ ｆｉ", spans);
    expect(written(spans)).toEqual(["fi 3-4", "fi 5-7"]);
  });

  it("leaves alone what the search does", () => {
    const search = { ...searchFor("a"), finding: () => undefined };
    const spans: Span[] = [];
    new ScannedText([search], undefined).feed("a", spans);
    expect(spans).toEqual([]);
  });

  it("counts the steps of all searches", () => {
    const scanned = new ScannedText([searchFor("a"), searchFor("b")], undefined);
    expect(scanned.steps).toBe(0);
    scanned.feed("abc", []);
    expect(scanned.steps).toBe(6);
  });

  it("keeps of a long text only what is undecided, and what stands before it", () => {
    const scanned = new ScannedText([searchFor("a".repeat(9000)), searchFor("x")], undefined);
    scanned.feed("b".repeat(64 * pieceUnits), []);
    expect(scanned.text.units.length).toBeLessThanOrEqual(2 * pieceUnits);
    scanned.feed("a".repeat(8999), []);
    expect(scanned.safeTo).toBe(64 * pieceUnits);
    expect(scanned.text.base).toBeLessThanOrEqual(64 * pieceUnits - contextUnits);
    const spans: Span[] = [];
    scanned.feed("a", spans);
    expect(spans).toMatchObject([{ start: 64 * pieceUnits, end: 64 * pieceUnits + 9000 }]);
  });
});
