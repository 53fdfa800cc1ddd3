/** What is made equal before text is matched. */
export interface FoldOptions {
  /** Upper and lower case, by Unicode's lower case, `ß` = `ss` and `ς` = `σ`. Default false. */
  readonly case?: boolean | undefined;
}

/** In {@link CharacterFold.units} what is not one unit, or has not been asked for. Not a character (Unicode §23.7). */
export const notOne = 0xffff;

/**
 * Folds text, character by character, so that forms which look or mean alike are equal: compatible forms (Unicode NFKC, UAX #15:
 * full-width, mathematical and circled letters, ligatures), accents and other combining marks of the common scripts, characters
 * that are not seen (default ignorables: zero-width, bidi controls, soft hyphens), digits of every script, dashes, and letters that
 * are drawn like Latin ones (Cyrillic and Greek: UTS #39). One character's fold never depends on its neighbours.
 */
export class CharacterFold {
  /** Per UTF-16 code unit what {@link unit} says, as far as it has been asked; else {@link notOne}. */
  readonly units = new Uint16Array(0x10000).fill(notOne);
  readonly #case: boolean;
  readonly #others = new Map<number, string>();

  /** One fold per set of options, so that its tables are there once. */
  static with(options: FoldOptions = {}): CharacterFold {
    return options.case === true ? ignoringCase() : keepingCase();
  }

  /** Use {@link CharacterFold.with}. */
  constructor(options: FoldOptions) {
    this.#case = options.case === true;
    for (let unit = 0; unit < 0x80; unit++) this.units[unit] = this.of(unit).charCodeAt(0);
  }

  /** What a UTF-16 code unit becomes, if that is one unit and the unit is no half of a pair; else -1. */
  unit(unit: number): number {
    const known = this.units[unit] as number; // there is one for every unit
    if (known !== notOne) return known;
    if ((unit & 0xf800) === 0xd800) return -1;
    const folded = this.of(unit);
    if (folded.length !== 1) return -1;
    const only = folded.charCodeAt(0);
    this.units[unit] = only;
    return only;
  }

  /** What a code point becomes; nothing for those that are not seen. */
  of(codePoint: number): string {
    let folded = this.#others.get(codePoint);
    if (folded === undefined) {
      folded = this.#fold(codePoint);
      if (this.#others.size >= 4096) this.#others.clear(); // beyond the basic plane there are too many to keep
      this.#others.set(codePoint, folded);
    }
    return folded;
  }

  #fold(codePoint: number): string {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return "\ufffd";
    const character = String.fromCodePoint(codePoint);
    if (unseen.test(character)) return "";
    const hangul = codePoint >= 0xac00 && codePoint <= 0xd7a3;
    let folded = "";
    for (const part of hangul ? character : character.normalize("NFKD")) {
      if (marks.test(part)) continue;
      if (digit.test(part)) folded += digitValue(part);
      else if (this.#case) folded += lowerCase(part);
      else folded += alike.get(part) ?? part;
    }
    return folded;
  }
}

/** Letters that are alike as capitals are alike in either case. */
function lowerCase(character: string): string {
  const capital = alike.get(character.toUpperCase());
  if (capital !== undefined) return capital.toLowerCase();
  const lower = character.toLowerCase();
  if (lower === "ß") return "ss";
  return lower === "ς" ? "σ" : (alike.get(lower) ?? lower);
}

let kept: CharacterFold | undefined;
let ignored: CharacterFold | undefined;

function keepingCase(): CharacterFold {
  kept ??= new CharacterFold({});
  return kept;
}

function ignoringCase(): CharacterFold {
  ignored ??= new CharacterFold({ case: true });
  return ignored;
}

const unseen = /\p{Default_Ignorable_Code_Point}/u;
/** The combining marks that Latin, Greek and Cyrillic share. Those of other scripts are letters' parts, and stay. */
const marks = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/;
const digit = /\p{Nd}/u;

/** A decimal digit's value: Unicode encodes them from 0 to 9 in a row (§4.6). */
function digitValue(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  let before = 0;
  while (digit.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}

/** Characters that are drawn like an ASCII one, in groups of that one and its likes. */
const likes = [
  "-‐‑‒–—―−﹣",
  "'‘’‛ʼ",
  '"“”‟',
  "/⁄∕",
  ".。",
  "AАΑ",
  "BВΒ",
  "CСϹ",
  "EЕΕ",
  "FϜ",
  "HНΗ",
  "IІΙӀ",
  "JЈ",
  "KКΚ",
  "MМΜ",
  "NΝ",
  "OОΟ",
  "PРΡ",
  "SЅ",
  "TТΤ",
  "VѴ",
  "WԜ",
  "XХΧ",
  "YҮΥ",
  "ZΖ",
  "aаα",
  "cсϲ",
  "dԁ",
  "eе",
  "hһ",
  "iіιı",
  "jјϳ",
  "lӏ",
  "oоο",
  "pрρ",
  "qԛ",
  "sѕ",
  "uυ",
  "vѵν",
  "wԝ",
  "xх",
  "yуү",
];
const alike = new Map(likes.flatMap(([first = "", ...others]) => others.map((other) => [other, first] as const)));
