import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { limitTo, type Piece, type Speech, stopAt } from "./speech.ts";
import { countTokens, tokensOf } from "./tokens.ts";

function* pieces(texts: readonly string[]): Speech {
  for (const text of texts) yield { kind: "content", text };
  return FinishReason.TOOL_CALLS; // whatever the speech's own end is
}

function read(speech: Speech): { texts: string[]; reason: FinishReason } {
  const texts: string[] = [];
  for (;;) {
    const step = speech.next();
    if (step.done === true) return { texts, reason: step.value };
    texts.push(step.value.kind === "call" ? `<${step.value.name}>` : step.value.text);
  }
}

describe("tokens", () => {
  it("are words and marks with the space before them", () => {
    expect([...tokensOf("Hi, world!\n\n  Zwölf_2 abcdefghijklmnop ")]).toEqual([
      "Hi",
      ",",
      " world",
      "!",
      "\n\n  Zwölf_2",
      " abcdefghijkl",
      "mnop",
      " ",
    ]);
    expect(countTokens("")).toBe(0);
  });

  it("join to the text again", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void expect([...tokensOf(text)].join("")).toBe(text)));
  });
});

describe("limitTo", () => {
  it.each([
    [1, ["a"], FinishReason.LENGTH],
    [2, ["a", "b"], FinishReason.LENGTH],
    [3, ["a", "b", "c"], FinishReason.TOOL_CALLS],
    [4, ["a", "b", "c"], FinishReason.TOOL_CALLS],
  ])("cuts at %i tokens", (most, texts, reason) => {
    expect(read(limitTo(pieces(["a", "b", "c"]), most))).toEqual({ texts, reason });
  });
});

describe("stopAt", () => {
  it.each([
    ["in a token", ["one two", " three"], ["two"], ["one "]],
    ["over tokens", ["ab", "cd", "ef"], ["bcde"], ["a"]],
    ["at once", ["stop", "x"], ["stop"], []],
    ["a false start", ["aab", "aab", "aac"], ["abaac"], ["aab", "a"]],
    ["a fallback", ["aaa", "ab"], ["aab"], ["aa"]],
    ["the first to complete", ["abcdef"], ["bcdef", "cd"], ["ab"]],
    ["the longer of two", ["xabc"], ["bc", "abc"], ["x"]],
    ["the longer of two in any order", ["xabc"], ["abc", "bc"], ["x"]],
  ])("finds a sequence %s", (_, texts, stops, expected) => {
    expect(read(stopAt(pieces(texts), stops))).toEqual({ texts: expected, reason: FinishReason.STOP });
  });

  it("gives back what it held for nothing, token by token", () => {
    expect(read(stopAt(pieces(["a", "b", "c", "x", "ab"]), ["abcd", ""]))).toEqual({
      texts: ["a", "b", "c", "x", "ab"],
      reason: FinishReason.TOOL_CALLS,
    });
  });

  it("looks at content only", () => {
    const said: Piece[] = [
      { kind: "reasoning", text: "stop" },
      { kind: "content", text: "st" },
      { kind: "call", type: "function", id: "1", name: "f" },
      { kind: "arguments", text: "op" },
    ];
    const speech = (function* (): Speech {
      yield* said;
      return FinishReason.STOP;
    })();
    expect(read(stopAt(speech, ["stop"])).texts).toEqual(["stop", "st", "<f>", "op"]);
  });

  it("cuts the same text however it is split", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 30 });
    fc.assert(
      fc.property(
        letters,
        fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 }), { maxLength: 3 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        (text, stops, sizes) => {
          const split: string[] = [];
          for (let at = 0; at < text.length; ) {
            const size = sizes.next().value ?? 1;
            split.push(text.slice(at, at + size));
            at += size;
          }
          const ends = stops
            .map((stop) => ({ stop, end: text.indexOf(stop) + stop.length }))
            .filter(({ stop }) => text.includes(stop));
          const end = Math.min(...ends.map((found) => found.end));
          const longest = Math.max(0, ...ends.filter((found) => found.end === end).map(({ stop }) => stop.length));
          const { texts, reason } = read(stopAt(pieces(split), stops));
          expect(texts.join("")).toBe(ends.length === 0 ? text : text.slice(0, end - longest));
          expect(reason).toBe(ends.length === 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
