import { expect, it } from "vitest";
import { CandidateInText } from "./candidate-in-text.ts";
import { FoldedText } from "./folded-text.ts";
import { contextUnits } from "./recognizer.ts";

function textOf(whole: string): FoldedText {
  const text = new FoldedText();
  text.take(whole);
  return text;
}

it("tells what stands at each place it is moved to, and what stands before", () => {
  const candidate = new CandidateInText(textOf("one two three"));
  const at = (start: number, end: number) => {
    const { text, before } = candidate.moveTo(start, end);
    return [before, text];
  };
  expect(at(4, 7)).toEqual(["one ", "two"]);
  expect(at(4, 13)).toEqual(["one ", "two three"]);
  expect(at(8, 13)).toEqual(["one two ", "three"]);
  expect(at(0, 3)).toEqual(["", "one"]);
});

it("reads a line break that is written out before it as one, and what it matched as it stands", () => {
  const { text, before } = new CandidateInText(textOf("a\\nb\\nc")).moveTo(3, 7);
  expect([before, text]).toEqual(["a\n", "b\\nc"]);
});

it("looks no further back than context goes, nor than the text is kept", () => {
  const text = textOf(`${"x".repeat(300)}y`);
  const candidate = new CandidateInText(text);
  expect(candidate.moveTo(300, 301).before).toBe("x".repeat(contextUnits));
  text.forget(280);
  expect(new CandidateInText(text).moveTo(300, 301).before).toBe("x".repeat(20));
});

it("reads the text before a place once, and a match once", () => {
  const text = textOf("ab");
  const candidate = new CandidateInText(text);
  candidate.moveTo(1, 2);
  expect([candidate.before, candidate.text]).toEqual(["a", "b"]);
  text.units.fill("z".charCodeAt(0));
  expect([candidate.before, candidate.text]).toEqual(["a", "b"]);
  candidate.moveTo(1, 2);
  expect([candidate.before, candidate.text]).toEqual(["a", "z"]);
});
