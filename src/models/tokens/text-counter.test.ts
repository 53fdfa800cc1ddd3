import fc from "fast-check";
import { countTokens as cl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { countTokens as o200k } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { countBytePairs } from "./byte-pairs.ts";
import { countTexts } from "./text-counter.ts";
import { type VocabularyName, vocabulary, vocabularyOf } from "./vocabulary.ts";

const asText = { disallowedSpecial: new Set<string>() };
const theirs: Readonly<Record<VocabularyName, (text: string) => number>> = {
  o200k_base: (text) => o200k(text, asText),
  cl100k_base: (text) => cl100k(text, asText),
};
const names = ["o200k_base", "cl100k_base"] as const;

async function count(text: string, name: VocabularyName = "o200k_base") {
  return countTexts([text], await vocabulary(name));
}

describe("countTexts", () => {
  it.each([
    ["tiktoken is great!", 6, 6],
    ["antidisestablishmentarianism", 6, 6],
    ["2 + 2 = 4", 7, 7],
    ["お誕生日おめでとう", 8, 9],
    ["", 0, 0],
  ])("counts %j as tiktoken does", async (text, newer, older) => {
    expect(await count(text, "o200k_base")).toEqual({ tokens: newer, exact: true });
    expect(await count(text, "cl100k_base")).toEqual({ tokens: older, exact: true });
  });

  it.each(names)("counts what gpt-tokenizer counts, in %s", async (name) => {
    const words = fc.constantFrom(
      "the",
      "Ünïcode",
      "世界你好",
      "😀👩‍👩‍👧",
      "don't",
      "HTTPServer",
      "3.14159",
      "\n\n",
      "   ",
      "ไทย",
      "aaaa",
      "<|endoftext|>",
      "\t{",
      "न्यायालय",
    );
    const prose = fc.array(fc.oneof(words, fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 6 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(prose, fc.constantFrom("", " "), async (parts, between) => {
        const text = parts.join(between).toWellFormed();
        expect((await count(text, name)).tokens).toBe(theirs[name](text));
      }),
      { numRuns: 300 },
    );
  });

  it("takes a special token in a text for what it is there: text", async () => {
    expect((await count("<|endoftext|>")).tokens).toBe(7);
  });

  it("cuts a piece that is longer than any word, and says so", async () => {
    const { tokens, exact } = await count("ab".repeat(10_000));
    expect(exact).toBe(false);
    expect(tokens).toBe(5000);
  });
});

describe("pathological texts", () => {
  const alphabets = ["a", "abcdefghijklmnop", "世界你好我是", "!", "!@#$%^&*", " ", "\n", "😀", "ABCDEFG", "กขคงจ", "\u0301"];

  /** Steps of work, as lookups in the vocabulary. */
  async function lookups(alphabet: string, characters: number): Promise<number> {
    const units = [...alphabet];
    let state = 7;
    let text = "";
    while (text.length < characters) {
      state = (state * 48271) % 2147483647;
      text += units[state % units.length];
    }
    const { pieces, ranks } = await vocabulary("o200k_base");
    let steps = 0;
    const counting = new (class extends Map<string, number> {
      override get(key: string): number | undefined {
        steps++;
        return ranks.get(key);
      }

      override has(key: string): boolean {
        steps++;
        return ranks.has(key);
      }
    })();
    await countTexts([text], { pieces, ranks: counting });
    return steps;
  }

  it.each(alphabets)("of %j take work in proportion to their length", async (alphabet) => {
    const small = await lookups(alphabet, 2000);
    const large = await lookups(alphabet, 32_000);
    expect(large).toBeLessThan(20 * small + 100);
  });

  it("let others have their turn", async () => {
    let turns = 0;
    let counting = true;
    const turn = () => {
      turns++;
      if (counting) setImmediate(turn);
    };
    setImmediate(turn);
    await count("ABCDEFG!".repeat(60_000));
    counting = false;
    expect(turns).toBeGreaterThan(3);
  });
});

it("puts together the leftmost of two equal pairs", () => {
  const ranks = new Map([
    ["a", 0],
    ["aa", 1],
    ["aab", 2],
    ["b", 3],
  ]);
  expect(countBytePairs("aaab", ranks)).toBe(3); // aa, a, b: not a, aab
});

it.each([
  ["gpt-4o-mini", "o200k_base"],
  ["gpt-4.1", "o200k_base"],
  ["gpt-5.5-2026-04-23", "o200k_base"],
  ["gpt-oss-20b", "o200k_base"],
  ["o3-mini", "o200k_base"],
  ["ft:gpt-4o-2024-08-06:org::id", "o200k_base"],
  ["openai/gpt-4o", "o200k_base"],
  ["gpt-4-turbo", "cl100k_base"],
  ["gpt-4", "cl100k_base"],
  ["gpt-3.5-turbo", "cl100k_base"],
  ["gpt-35-turbo", "cl100k_base"],
  ["text-embedding-3-small", "cl100k_base"],
  ["claude-opus-5", undefined],
  ["gemini-2.5-pro", undefined],
  ["omni", undefined],
])("takes %s for a model with the vocabulary %s", (model, name) => {
  expect(vocabularyOf(model)).toBe(name);
});
