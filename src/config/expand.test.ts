import { describe, expect, it } from "vitest";
import { type ExpansionProblem, expand } from "./expand.ts";

const env = { A: "a", EMPTY: "", NESTED: "$" + "{A}" };
const at = (text: string) => text.replaceAll("@{", "$" + "{").replaceAll("@@", "$$"); // written so that no literal looks like a template

describe("expand", () => {
  const good: readonly (readonly [text: string, expanded: string])[] = [
    ["@{A}", "a"],
    ["x@{A}y@{A}z", "xayaz"],
    ["@{NONE:-b}", "b"],
    ["@{NONE:-}", ""],
    ["@{EMPTY:-b}", "b"],
    ["@{EMPTY}", ""],
    ["@{NONE:-a:-b}", "a:-b"],
    ["$@{A}", "@{A}"],
    ["@{NESTED}", "@{A}"],
    ["$A", "$A"],
    ["plain", "plain"],
  ];
  for (const [text, expanded] of good) {
    it(`${text} is ${expanded}`, () => {
      const problems: ExpansionProblem[] = [];
      expect(expand(at(text), env, problems)).toBe(at(expanded));
      expect(problems).toEqual([]);
    });
  }

  for (const text of ["@{NONE}", "@{}", "@{A", "@{A-B}", "@{1A}"]) {
    it(`${text} is a problem`, () => {
      const problems: ExpansionProblem[] = [];
      expand({ list: [1, at(text)] }, env, problems);
      expect(problems).toEqual([{ path: ["list", 1], message: expect.any(String) }]);
    });
  }

  it("leaves keys and other values as they are", () => {
    const value = { [at("@{A}")]: [1, true, null] };
    expect(expand(value, env, [])).toEqual(value);
  });
});
