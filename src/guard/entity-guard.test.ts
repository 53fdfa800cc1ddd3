import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOf } from "../../test/support/cases.ts";
import type { ChannelKey, Span, TextGuard } from "../chat/guard.ts";
import { CharacterFold } from "./character-fold.ts";
import { afterWords } from "./context-words.ts";
import { entityGuard } from "./entity-guard.ts";
import { type EntityRule, EntitySet } from "./entity-set.ts";

const content: ChannelKey = { channel: "content", choice: 0, tool: 0 };
const toolArguments: ChannelKey = { channel: "tool_arguments", choice: 0, tool: 0 };

function rule(entity: string, pattern: string, more: Partial<EntityRule> = {}): EntityRule {
  return { recognizer: { entity, patterns: [{ pattern, score: 1 }] }, action: "redact", ...more };
}

const rules: readonly EntityRule[] = [
  rule("CODE", "\\b[A-Z]{2}-\\d{2,4}\\b"),
  rule("WORD", "\\bheron(?:s| bird)?\\b"),
  rule("NUMBER", "(?<!\\d)\\d{3}(?=$|[^.\\d]|\\.(?:$|[^\\d]))"),
  rule("WATCHED", "[A-Z]{2}-\\d", { action: "monitor" }),
];
let make: (() => TextGuard) | undefined;

/** Compiled when the first test asks, so that a fault in the compiler fails tests and not the file. */
function newGuard(): TextGuard {
  make ??= entityGuard({ rules, fold: CharacterFold.with(), allow: ["AB-1234"] });
  return make();
}

/** Feeds a text in pieces and checks on the way what holds for every guard. */
function scan(guard: TextGuard, key: ChannelKey, pieces: readonly string[]): Span[] {
  const found: Span[] = [];
  let [safeTo, length] = [0, 0];
  for (const piece of [...pieces, undefined]) {
    const step = piece === undefined ? guard.finish(key, "eof") : guard.feed(key, piece);
    length += piece?.length ?? 0;
    const places = [step.safeTo, ...step.spans.flatMap(({ start, end }) => [start, end])];
    if (places.some((place) => place < safeTo || place > length))
      expect({ piece, step }).toBe(`places from ${safeTo} to ${length}`);
    safeTo = step.safeTo;
    found.push(...step.spans);
  }
  expect(safeTo).toBe(length);
  return found.sort((a, b) => a.start - b.start || a.end - b.end || (a.action < b.action ? -1 : 1));
}

function texts(text: string, found: readonly Span[]): string[] {
  return found.map(({ entity, start, end }) => `${entity} ${text.slice(start, end)}`);
}

function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...at, text.length].map((end, i) => text.slice(i === 0 ? 0 : at[i - 1], end));
}

const fragment = fc.oneof(
  fc.constantFrom(
    "AB-1234",
    "XY-12",
    "ＡＢ-９９",
    "A\u200bB-77",
    "A\u0301B-1",
    "heron",
    "herons",
    "ﬁ",
    "123",
    "123.",
    "45",
    "😀",
    "\ud83d",
  ),
  fc.constantFrom(" ", "-", ".", "x", "A", "9", '"', "\\", "\\u0041", "\\u00", "31", '{"a":"', '"}', "\\ud83d", "\\ude00", "\n"),
  fc.string({ maxLength: 3 }),
);
const textOf = fc.array(fragment, { maxLength: 24 }).map((parts) => parts.join(""));

const unsure = (): undefined => undefined;
const sure = () => true;
const never = () => false;

describe("entityGuard", () => {
  it.each([content, toolArguments])("finds the same in %o however the text is cut", (key) => {
    fc.assert(
      fc.property(textOf, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const whole = scan(newGuard(), key, [text]);
        expect(scan(newGuard(), key, pieces(text, cuts))).toEqual(whole);
        expect(scan(newGuard(), key, text.split(""))).toEqual(whole);
      }),
      runsOf(4000),
    );
  });

  it("finds folded forms and gives their place in the original", () => {
    const text = "ＡＢ-９９, A\u200bB-7\u00ad7, 😀XY-12 and ｈｅｒｏｎ bird";
    expect(texts(text, scan(newGuard(), content, [text])).filter((found) => !found.startsWith("WATCHED"))).toEqual([
      "CODE ＡＢ-９９",
      "CODE A\u200bB-7\u00ad7",
      "CODE XY-12",
      "WORD ｈｅｒｏｎ bird",
    ]);
  });

  it("leaves alone what is allowed, and does not look for less in it", () => {
    const text = "ab AB-1234 cd AB-123";
    expect(texts(text, scan(newGuard(), content, [text])).filter((found) => !found.startsWith("WATCHED"))).toEqual([
      "CODE AB-123",
    ]);
  });

  it("lets a finding that is only watched hide none that is acted on", () => {
    const text = "XY-12";
    expect(scan(newGuard(), content, [text]).map(({ entity, action }) => `${entity} ${action}`)).toEqual([
      "WATCHED monitor",
      "CODE redact",
    ]);
  });

  it("finds in tool arguments what is written with escapes, and begins and ends with whole ones", () => {
    const text = '{"k":"\\u0041B-12","h":"\\u0068eron","n":[XY-99],"e":"\\u1234567 123"}';
    expect(texts(text, scan(newGuard(), toolArguments, text.split(""))).filter((found) => !found.startsWith("WATCHED"))).toEqual([
      "CODE \\u0041B-12",
      "WORD \\u0068eron",
      "CODE XY-99",
      "NUMBER 567",
      "NUMBER 123",
    ]);
  });

  it("holds an escape until it is complete, and drops what is undecided of a text that was cut", () => {
    const guard = newGuard();
    expect(guard.feed(toolArguments, '{"k":"a \\u00').safeTo).toBe(8);
    expect(guard.feed(toolArguments, "41").safeTo).toBe(8);
    expect(guard.finish(toolArguments, "truncated")).toEqual({ spans: [], safeTo: 8 });
  });

  it("asks a check for every candidate, and takes one that begins within a candidate that failed", () => {
    const seen: string[] = [];
    const check = ({ text, before }: { readonly text: string; readonly before: string }) => {
      seen.push(`${before}|${text}`);
      return text === "234";
    };
    const guard = entityGuard({
      rules: [{ recognizer: { entity: "N", patterns: [{ pattern: "\\d{3}", score: 1, check }] }, action: "redact" }],
    })();
    expect(texts("12345", scan(guard, content, ["12", "345"]))).toEqual(["N 234"]);
    expect(seen).toEqual(["|123", "1|234"]);
  });

  it("takes a pattern's word only in context, where it says so", () => {
    const recognizer = {
      entity: "ID",
      patterns: [{ pattern: "\\b\\d{5}\\b", score: 0.1, scoreInContext: 0.8 }],
      inContext: afterWords(["badge"]),
    };
    const guard = entityGuard({ rules: [{ recognizer, action: "redact" }] });
    expect(scan(guard(), content, ["Badges 12345"])).toHaveLength(1);
    expect(scan(guard(), content, ["order 12345"])).toHaveLength(0);
    expect(scan(guard(), content, [`badge ${"x ".repeat(60)}12345`])).toHaveLength(0);
  });

  it.each([
    ["drop", 0],
    ["match", 1],
  ] as const)("at a pattern's bound: %s", (atMaxSpan, found) => {
    const recognizer = { entity: "RUN", patterns: [{ pattern: "k[a-z]+!", score: 1, maxSpan: 10, atMaxSpan }] };
    const guard = entityGuard({ rules: [{ recognizer, action: "redact" }] });
    const text = "k12345678".replaceAll(/\d/g, "a");
    expect(scan(guard(), content, [`${text}!`])).toMatchObject([{ start: 0, end: 10 }]);
    expect(scan(guard(), content, [`${text}aaaa`])).toHaveLength(found);
  });

  it.each([
    [{ score: 0.5 }, true],
    [{ score: 0.49 }, false],
    [{ score: 0.7 }, true, 0.7],
    [{ score: 0.69 }, false, 0.7],
    [{ score: 0.1, scoreInContext: 0.5 }, true],
    [{ score: 0.1, scoreInContext: 0.49 }, false],
    [{ score: 0.1, scoreInContext: 0.9, check: unsure }, true],
    [{ score: 0.1, scoreInContext: 0.4, check: unsure }, false],
    [{ score: 0.5, check: unsure }, true],
    [{ score: 0.4, check: unsure }, false],
    [{ score: 0.1, check: sure }, true],
    [{ score: 1, check: never }, false],
  ] as const)("counts a candidate by its confidence: %j %s", (confidence, counts, threshold?: number) => {
    const recognizer = { entity: "ID", patterns: [{ pattern: "\\d{5}", ...confidence }], inContext: () => true };
    const guard = entityGuard({ rules: [{ recognizer, action: "redact", threshold }] });
    expect(scan(guard(), content, ["12345"])).toHaveLength(counts ? 1 : 0);
    const alone = { ...recognizer, inContext: undefined };
    const without = entityGuard({ rules: [{ recognizer: alone, action: "redact", threshold }] });
    expect(scan(without(), content, ["12345"])).toHaveLength(counts && !("scoreInContext" in confidence) ? 1 : 0);
  });

  it("takes no name of an entity that stands in a finding's place for context", () => {
    const recognizer = {
      entity: "ID",
      patterns: [{ pattern: "\\b\\d{5}\\b", score: 0.1, scoreInContext: 0.8 }],
      inContext: afterWords(["number"]),
    };
    const guard = entityGuard({ rules: [{ recognizer, action: "redact" }] });
    const found = (text: string) => scan(guard(), content, [text]).length;
    expect([found("[number] 12345"), found("[PHONE_NUMBER] 12345"), found("number [PHONE_NUMBER] 12345")]).toEqual([1, 0, 1]);
    expect(found(`[ID_NUMBER]${" ".repeat(88)}12345`)).toBe(0);
  });

  it("says what was found by the rule that found it", () => {
    const guard = entityGuard({ rules: [rule("A", "a{1,3}"), rule("B", "b{1,3}", { action: "mask", replacement: "*" })] })();
    expect(scan(guard, content, ["aab"])).toEqual([
      { start: 0, end: 2, entity: "A", action: "redact", replacement: "[A]" },
      { start: 2, end: 3, entity: "B", action: "mask", replacement: "*" },
    ]);
  });

  it.each([content, toolArguments])("reads what comes at once as what comes in pieces: %o", (key) => {
    const long = `"${`XY-12 heron ${"and so on ".repeat(67)}`.repeat(24)}"`;
    const found = scan(newGuard(), key, [long]);
    expect(found).toHaveLength(72);
    expect(scan(newGuard(), key, [long.slice(0, 4095), long.slice(4095, 8191), long.slice(8191)])).toEqual(found);
  });

  it("gives a text that is over no part in the next one", () => {
    const guard = newGuard();
    guard.feed(content, "XY-1");
    guard.finish(content, "truncated");
    expect(guard.feed(content, "2 a ")).toMatchObject({ spans: [], safeTo: 4 });
  });

  it("widens a finding in JSON to whole escapes, and waits for the end of its last", () => {
    const raw = rule("RAW", "u00|n[ab]{1,3}");
    const guard = entityGuard({ rules: [raw] })();
    const text = '{"k":"\\u0041 \\nab"}';
    expect(texts(text, scan(guard, toolArguments, text.split("")))).toEqual(["RAW \\u0041", "RAW \\nab"]);
    expect(guard.feed(toolArguments, '{"k":"\\u00')).toEqual({ spans: [], safeTo: 6 });
    expect(guard.feed(toolArguments, "4").safeTo).toBe(6);
    expect(guard.feed(toolArguments, "1x").spans).toMatchObject([{ start: 6, end: 12 }]);
  });

  it("tells every finding in JSON once, and two entities in one place apart", () => {
    const guard = entityGuard({ rules: [rule("ONE", "ab"), rule("TWO", "ab", { action: "mask" }), rule("RAW", '"ab"')] });
    const text = '{"ab":"ab","c":"xab"}';
    expect(scan(guard(), toolArguments, [text]).map(({ start, entity }) => `${start} ${entity}`)).toEqual(
      scan(guard(), toolArguments, text.split("")).map(({ start, entity }) => `${start} ${entity}`),
    );
    const all = texts(text, scan(guard(), toolArguments, [text]));
    expect(all.filter((found) => found === "TWO ab")).toHaveLength(3);
    expect(all.filter((found) => found === "ONE ab")).toHaveLength(3);
  });

  it("refuses to look for nothing", () => {
    expect(() => new EntitySet([], undefined)).toThrow(expect.objectContaining({ code: "internal" }));
  });
});
