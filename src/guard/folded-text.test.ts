import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";

const kept = () => CharacterFold.with();

function folded(text: string, fold?: CharacterFold): string {
  const view = new FoldedText(fold);
  view.take(text);
  view.finish();
  return view.slice(0, view.length);
}

describe("FoldedText", () => {
  const piece = fc.oneof(
    fc.constantFrom("ﬁ", "😀", "\ud83d", "\ude00", "\u200b", "e\u0301", "Ａ", "x".repeat(300)),
    fc.string({ unit: "binary", maxLength: 4 }),
  );

  it("gives each unit its character's place, however the text is cut", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const views = [parts, text.split("")].map((pieces) => {
          const view = new FoldedText(kept());
          for (const each of pieces) view.take(each);
          view.finish();
          const places = Array.from({ length: view.length }, (_, at) => [view.rawOffset(at), view.rawEnd(at)]);
          const empty = places.filter(([from = 0, to = 0]) => kept().of(text.codePointAt(from) ?? 0) === "" && to <= from);
          expect(empty).toEqual([]);
          expect(view.rawOffset(view.length)).toBe(text.length);
          return { units: view.slice(0, view.length), places };
        });
        expect(views[1]).toEqual(views[0]);
        const whole = Array.from(text, (each) => kept().of(each.codePointAt(0) ?? 0)).join("");
        if (!/(?:\p{Default_Ignorable_Code_Point}|\p{M}){64}/u.test(text)) expect(views[0]?.units).toBe(whole);
      }),
      runsOf(300),
    );
  });

  it("lets up to 64 unseen characters in a row vanish, and shows those after them", () => {
    expect(folded(`a${"\u200b".repeat(64)}b`, kept())).toBe("ab");
    expect(folded(`a${"\u200b".repeat(66)}b`, kept())).toBe("a\ufffd\ufffdb");
  });

  it("keeps only what may still be asked for", () => {
    const view = new FoldedText(kept());
    for (let i = 0; i < 10_000; i++) {
      view.take("0123456789");
      view.forget(view.length - 96);
    }
    expect(view.units.length).toBeLessThanOrEqual(512);
    expect(view.slice(view.length - 12, view.length)).toBe("890123456789");
    expect(view.rawOffset(view.length - 1)).toBe(99_999);
  });
});
