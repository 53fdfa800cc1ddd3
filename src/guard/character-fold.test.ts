import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import { CharacterFold, notOne } from "./character-fold.ts";

const kept = () => CharacterFold.with();
const caseless = () => CharacterFold.with({ case: true });

function folded(text: string, fold: CharacterFold): string {
  return Array.from(text, (each) => fold.of(each.codePointAt(0) ?? 0)).join("");
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
    ["dashes and minus", "‐‑‒–—―−﹣-", "---------"],
    ["quotes, slashes and stops", "‘’‛ʼ “”‟ ⁄∕ 。", "'''' \"\"\" // ."],
    ["Cyrillic capitals", "АВСЕНІӀЈКМОРЅТѴԜХҮ", "ABCEHIIJKMOPSTVWXY"],
    ["Greek capitals", "ΑΒΕϜΗΙΚΜΝΟΡΤΧΥΖ", "ABEFHIKMNOPTXYZ"],
    ["Cyrillic letters", "асԁеһіјӏорԛѕѵԝхуү", "acdehijlopqsvwxyy"],
    ["Greek letters", "αιϳονρυ", "aijovpu"],
    ["a dotless i", "ı", "i"],
    ["letters that are like no Latin one", "БжЯ ΔΣω ñß", "БжЯ ΔΣω nß"],
    ["marks of every block", "a\u0300\u036f\u1ab0\u1aff\u1dc0\u1dff\u20d0\u20ff\ufe20\ufe2f", "a"],
    ["digits of two scripts in a row", "\u{116d0}\u{116d9}\u{116da}\u{116e3}", "0909"],
    ["no-break space", "a\u00a0b", "a b"],
    ["Hangul as it is", "가한국힣", "가한국힣"],
    ["marks that are letters' parts", "कि ไทย", "कि ไทย"],
    ["half a surrogate pair", "a\ud83db\ude00", "a\ufffdb\ufffd"],
    ["halves of pairs, and what stands beside them", "\ud800-\udfff-\ud7ff-\ue000", "\ufffd-\ufffd-\ud7ff-\ue000"],
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

  it.each([
    ["A", "A"],
    ["Ａ", "A"],
    ["é", "e"],
    ["ﬁ", -1],
    ["\u200b", -1],
    ["\ud800", -1],
    ["\udfff", -1],
    ["\ud7ff", "\ud7ff"],
    ["\ue000", "\ue000"],
  ])("says what a unit becomes where that is one unit, and keeps it: %j", (unit, becomes) => {
    const fold = new CharacterFold({});
    const code = unit.charCodeAt(0);
    const expected = typeof becomes === "string" ? becomes.charCodeAt(0) : becomes;
    expect(fold.units[code]).toBe(code < 0x80 ? expected : notOne);
    expect([fold.unit(code), fold.unit(code)]).toEqual([expected, expected]);
    expect(fold.units[code]).toBe(expected < 0 ? notOne : expected);
  });

  it("knows every unit of ASCII at once, and asks for others", () => {
    const { units } = new CharacterFold({ case: true });
    expect(String.fromCharCode(...units.subarray(0x3f, 0x80))).toBe(
      "?@abcdefghijklmnopqrstuvwxyz[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u007f",
    );
    expect(new Set(units.subarray(0x80))).toEqual(new Set([notOne]));
  });

  it("is one for all who say the same", () => {
    expect(CharacterFold.with()).toBe(CharacterFold.with({ case: false }));
    expect(CharacterFold.with({ case: true })).toBe(CharacterFold.with({ case: true }));
    expect(CharacterFold.with({ case: true })).not.toBe(CharacterFold.with());
  });
});
