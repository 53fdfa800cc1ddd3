import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { CharacterFold } from "./character-fold.ts";
import { FoldedText } from "./folded-text.ts";

const kept = () => CharacterFold.with();
const caseless = () => CharacterFold.with({ case: true });

function folded(text: string, fold?: CharacterFold): string {
  const view = new FoldedText(fold);
  view.take(text);
  view.finish();
  return view.slice(0, view.length);
}

describe("CharacterFold", () => {
  it.each([
    ["full width", "ＡＢ１２＠．", "AB12@."],
    ["mathematical letters and digits", "𝐀𝟗𝒶", "A9a"],
    ["circled and superscript", "①²ⓐ", "12a"],
    ["ligatures", "ﬁﬀ", "fiff"],
    ["digits of other scripts", "٤۵६𑁧", "4561"],
    ["accents, composed and not", "é e\u0301 Å", "e e A"],
    ["what is not seen", "a\u200b\u200d\ufeff\u00adb\u202ec", "abc"],
    ["look-alikes", "раураl АВС ΟΡΑ", "paypal ABC OPA"],
    ["dashes, quotes and stops", "a–b—c−d ’ “ 。", "a-b-c-d ' \" ."],
    ["no-break space", "a\u00a0b", "a b"],
    ["Hangul as it is", "한국", "한국"],
    ["marks that are letters' parts", "कि ไทย", "कि ไทย"],
    ["half a surrogate pair", "a\ud83db\ude00", "a\ufffdb\ufffd"],
    ["emoji", "😀", "😀"],
  ])("folds %s: %s", (_, text, expected) => {
    expect(folded(text, kept())).toBe(expected);
  });

  it.each([
    ["Straße STRASSE", "strasse strasse"],
    ["ΣΊΣΥΦΟΣ σίσυφος", "σiσyфoσ"],
    ["İI ıi", "ii ii"],
    ["ВAD вad", "bad bad"],
    ["Ԁԁ", "dd"],
  ])("makes cases equal: %s", (text, expected) => {
    const [one, other] = folded(text, caseless()).split(" ");
    expect(one).toBe(other ?? one);
    if (!text.includes("σ")) expect(folded(text, caseless())).toBe(expected);
  });

  it("folds what is folded to itself, in either case", () => {
    const codePoint = fc.integer({ min: 0, max: 0x10ffff }).filter((each) => each < 0xd800 || each > 0xdfff);
    fc.assert(
      fc.property(codePoint, (each) => {
        for (const fold of [kept(), caseless()]) {
          const once = fold.of(each);
          expect(folded(once, fold)).toBe(once);
        }
      }),
      runsOf(5000),
    );
  });
});

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
